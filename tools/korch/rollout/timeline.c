/*
 * korch rollout timeline: recorded events as a page. Reads the JSON lines of `korch up --output
 * json` and of `korch rollout rehearse --output json`, or Kubernetes' Events as JSON, a list or one
 * a line.
 */
#include "rollout/rehearse.h"
#include "tool.h"

#include <errno.h>
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { INPUT_MAX = 256 << 20, RECORDS_MAX = 1000000 };

static const char USAGE[] =
    "usage: korch rollout timeline FILE --html OUT\n"
    "Writes the timeline of a run as one page that needs nothing else: steps, weights, pods of "
    "each "
    "revision, analyses,\n"
    "pauses. FILE (- for standard input) has what was recorded: the lines of korch up --output "
    "json or of korch rollout\n"
    "rehearse --output json, or Events as kubectl get events -o json gives them.\n"
    "  --html OUT         where to write the page, - for standard output\n"
    "Exit status: 0 written, 1 bad input or failure, 2 wrong usage.\n";

typedef struct reading {
	const char *file;
	int line;
	json_object *records;
	korch_error **err;
} reading;

static int fail(const reading *self, const char *what)
{
	korch_error_set(self->err, KORCH_E_PARSE, "%s", what);
	korch_error_set_location(self->err, self->file, self->line);
	return KORCH_E_PARSE;
}

static const char *text_of(json_object *object, const char *key)
{
	json_object *value = NULL;
	return json_object_object_get_ex(object, key, &value) && value ? json_object_get_string(value)
	                                                               : NULL;
}

static int add(reading *self, json_object *record)
{
	if (json_object_array_length(self->records) >= RECORDS_MAX)
		return fail(self, "more than 1,000,000 records");
	json_object_array_add(self->records, record);
	return 0;
}

static void copy(json_object *to, const char *key, const char *value)
{
	json_object_object_add(to, key, json_object_new_string(value ? value : ""));
}

/* An Event of v1 or events.k8s.io/v1. */
static int add_event(reading *self, json_object *event)
{
	static const char *const TIMES[] = {"lastTimestamp", "eventTime", "deprecatedLastTimestamp",
	                                    "firstTimestamp"};
	json_object *about = NULL;
	const char *time = NULL;
	if (!json_object_object_get_ex(event, "involvedObject", &about) &&
	    !json_object_object_get_ex(event, "regarding", &about))
		return fail(self, "an Event without involvedObject");
	for (size_t i = 0; !time && i < sizeof(TIMES) / sizeof(TIMES[0]); i++)
		time = text_of(event, TIMES[i]);
	if (!time)
		return fail(self, "an Event without a time");
	const char *message = text_of(event, "message");
	json_object *record = json_object_new_object();
	copy(record, "time", time);
	copy(record, "type", "event");
	copy(record, "severity", text_of(event, "type"));
	copy(record, "reason", text_of(event, "reason"));
	copy(record, "message", message ? message : text_of(event, "note"));
	copy(record, "kind", text_of(about, "kind"));
	copy(record, "namespace", text_of(about, "namespace"));
	copy(record, "name", text_of(about, "name"));
	return add(self, record);
}

static int add_list(reading *self, json_object *list)
{
	json_object *items = NULL;
	if (!json_object_object_get_ex(list, "items", &items) ||
	    !json_object_is_type(items, json_type_array))
		return fail(self, "a list without items");
	for (size_t i = 0; i < json_object_array_length(items); i++) {
		int code = add_event(self, json_object_array_get_idx(items, i));
		if (code < 0)
			return code;
	}
	return 0;
}

static int is_wanted(const char *type)
{
	static const char *const TYPES[] = {"event", "rollout", "action", "run"};
	for (size_t i = 0; i < sizeof(TYPES) / sizeof(TYPES[0]); i++)
		if (strcmp(type, TYPES[i]) == 0)
			return 1;
	return 0;
}

/* A line of korch, an Event, or a list of them. */
static int add_value(reading *self, json_object *value)
{
	if (!json_object_is_type(value, json_type_object))
		return fail(self, "a JSON object is needed");
	const char *kind = text_of(value, "kind");
	const char *type = text_of(value, "type");
	if (kind && (strcmp(kind, "EventList") == 0 || strcmp(kind, "List") == 0))
		return add_list(self, value);
	if (kind && strcmp(kind, "Event") == 0)
		return add_event(self, value);
	if (!type || !text_of(value, "time"))
		return fail(self, "neither a line of korch (with \"type\" and \"time\") nor an Event");
	return is_wanted(type) ? add(self, json_object_get(value)) : 0;
}

static int count_lines(const char *from, const char *to)
{
	int n = 0;
	for (; from < to; from++)
		n += *from == '\n';
	return n;
}

static int read_text(reading *self, const char *text, size_t length)
{
	json_tokener *tokener = json_tokener_new();
	const char *at = text, *end = text + length;
	int code = tokener ? 0 : KORCH_E_NOMEM;
	while (code == 0) {
		at += strspn(at, " \t\r\n");
		self->line = 1 + count_lines(text, at);
		if (at >= end)
			break;
		json_tokener_reset(tokener);
		json_object *value = json_tokener_parse_ex(tokener, at, (int)(end - at));
		enum json_tokener_error error = json_tokener_get_error(tokener);
		if (error != json_tokener_success) {
			self->line += count_lines(at, at + json_tokener_get_parse_end(tokener));
			code = fail(self, error == json_tokener_continue ? "the end is missing"
			                                                 : json_tokener_error_desc(error));
		} else {
			at += json_tokener_get_parse_end(tokener);
			code = add_value(self, value);
		}
		json_object_put(value);
	}
	if (tokener)
		json_tokener_free(tokener);
	return code;
}

static int read_file(reading *self, FILE *file)
{
	size_t length = 0, cap = 1 << 16, n;
	char *text = malloc(cap + 1);
	while (text && (n = fread(text + length, 1, cap - length, file)) > 0) {
		length += n;
		if (length < cap)
			continue;
		char *larger = cap < INPUT_MAX ? realloc(text, cap * 2 + 1) : NULL;
		if (!larger) {
			free(text);
			return cap < INPUT_MAX ? KORCH_E_NOMEM : fail(self, "longer than 256 MiB");
		}
		text = larger;
		cap *= 2;
	}
	if (!text)
		return KORCH_E_NOMEM;
	text[length] = '\0';
	int code = ferror(file)
	               ? korch_error_set(self->err, KORCH_E_IO, "%s: %s", self->file, strerror(errno))
	               : read_text(self, text, length);
	free(text);
	return code;
}

static int is_about_rollout(json_object *record)
{
	const char *type = text_of(record, "type"), *kind = text_of(record, "kind");
	return strcmp(type, "rollout") == 0 ||
	       (kind && (strcmp(kind, "Rollout") == 0 || strcmp(kind, "Canary") == 0));
}

static int read_records(reading *self)
{
	int is_stdin = strcmp(self->file, "-") == 0;
	FILE *file = is_stdin ? stdin : fopen(self->file, "re");
	if (!file)
		return korch_error_set(self->err, KORCH_E_IO, "%s: %s", self->file, strerror(errno));
	if (is_stdin)
		self->file = "standard input";
	int code = read_file(self, file);
	if (!is_stdin)
		fclose(file);
	if (code < 0)
		return code;
	for (size_t i = 0; i < json_object_array_length(self->records); i++)
		if (is_about_rollout(json_object_array_get_idx(self->records, i)))
			return 0;
	return korch_error_set(self->err, KORCH_E_NOT_FOUND, "%s: nothing is recorded about a Rollout",
	                       self->file);
}

static int write_timeline(const char *path, const char *html)
{
	korch_error *error = NULL;
	reading self = {.file = path, .line = 1, .err = &error};
	self.records = json_object_new_array();
	int code = self.records ? read_records(&self) : KORCH_E_NOMEM;
	if (code == 0)
		code = rollout_page("--html", html, self.file, self.records, &error);
	json_object_put(self.records);
	return code < 0 ? tool_fail(error) : EXIT_FINE;
}

int rollout_timeline(int argc, char **argv)
{
	static const struct option OPTIONS[] = {
	    {"html", required_argument, NULL, 'H'}, {"help", no_argument, NULL, 'h'}, {0}};
	const char *html = NULL;
	int option;
	opterr = 0;
	while ((option = getopt_long(argc, argv, "h", OPTIONS, NULL)) != -1) {
		if (option == 'h') {
			fputs(USAGE, stdout);
			return EXIT_FINE;
		}
		if (option == '?')
			return tool_usage("rollout timeline", "unknown option, or one without its value: %s",
			                  argv[optind - 1]);
		html = optarg;
	}
	if (optind + 1 != argc)
		return tool_usage("rollout timeline", "one file is needed, or - for standard input");
	if (!html)
		return tool_usage("rollout timeline", "--html is missing: where to write the page");
	return write_timeline(argv[optind], html);
}
