/* `korch up --output json`: one JSON object a line. Documented in docs/korch.md; members are only
 * ever added. */
#include "rollout/record.h"
#include "up/output.h"

#include <json-c/json.h>
#include <korch/api.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

static json_object *begin(const char *type)
{
	char text[40];
	struct timespec now;
	struct tm utc;
	clock_gettime(CLOCK_REALTIME, &now);
	gmtime_r(&now.tv_sec, &utc);
	size_t length = strftime(text, sizeof(text), "%Y-%m-%dT%H:%M:%S", &utc);
	snprintf(text + length, sizeof(text) - length, ".%03ldZ", now.tv_nsec / 1000000);
	json_object *line = json_object_new_object();
	json_object_object_add(line, "time", json_object_new_string(text));
	json_object_object_add(line, "type", json_object_new_string(type));
	return line;
}

static void put(json_object *line, const char *key, const char *value)
{
	json_object_object_add(line, key, json_object_new_string(value ? value : ""));
}

static void put_int(json_object *line, const char *key, int64_t value)
{
	json_object_object_add(line, key, json_object_new_int64(value));
}

static void end(json_object *line)
{
	puts(json_object_to_json_string_ext(line,
	                                    JSON_C_TO_STRING_PLAIN | JSON_C_TO_STRING_NOSLASHESCAPE));
	fflush(stdout);
	json_object_put(line);
}

static void json_applied(tool_output *output, const korch_object *object, korch_apply_result result)
{
	json_object *line = begin("applied");
	put(line, "kind", object->kind->name);
	put(line, "namespace", korch_object_namespace(object));
	put(line, "name", korch_object_name(object));
	put(line, "result", output_result_word(result));
	end(line);
}

static void json_deleted(tool_output *output, const korch_key *key)
{
	json_object *line = begin("applied");
	put(line, "kind", key->kind->name);
	put(line, "namespace", key->namespace_);
	put(line, "name", key->name);
	put(line, "result", "deleted");
	end(line);
}

static void json_event(tool_output *output, const korch_object *object, const tool_row *row)
{
	const korch_event *event = (const korch_event *)object;
	json_object *line = begin("event");
	put(line, "severity", event->type);
	put(line, "reason", event->reason);
	put(line, "message", event->message);
	if (event->involved_object) {
		put(line, "kind", event->involved_object->kind);
		put(line, "namespace", event->involved_object->namespace_);
		put(line, "name", event->involved_object->name);
	}
	put_int(line, "count", event->count);
	end(line);
}

static void put_service(const tool_service *service)
{
	json_object *line = begin("service");
	json_object *ports = json_object_new_array();
	put(line, "namespace", service->namespace_);
	put(line, "name", service->name);
	put(line, "address", service->address);
	for (size_t i = 0; i < service->n_ports; i++) {
		json_object *port = json_object_new_object();
		put(port, "name", service->ports[i].name);
		put_int(port, "port", service->ports[i].number);
		put(port, "protocol", service->ports[i].protocol);
		json_object_array_add(ports, port);
	}
	json_object_object_add(line, "ports", ports);
	end(line);
}

static void put_waiting(json_object *line, const tool_waiting *waiting)
{
	json_object *member = json_object_new_object();
	put_int(member, "pods", waiting->pods);
	put(member, "pod", waiting->pod);
	put(member, "reason", waiting->reason);
	put(member, "message", waiting->message);
	if (*waiting->node)
		put(member, "node", waiting->node);
	json_object_object_add(line, "waiting", member);
}

static void json_rows(tool_output *output, const tool_rows *rows, korch_usec now)
{
	for (size_t i = 0; i < rows->n; i++) {
		const tool_row *row = &rows->items[i];
		if (!row->is_changed)
			continue;
		json_object *line = begin("workload");
		put(line, "kind", row->kind->name);
		put(line, "namespace", row->namespace_);
		put(line, "name", row->name);
		put_int(line, "desired", row->desired);
		put_int(line, "ready", row->ready);
		put_int(line, "updated", row->updated);
		put_int(line, "restarts", row->restarts);
		json_object_object_add(line, "failed", json_object_new_boolean(row->is_failed));
		json_object_object_add(line, "finished", json_object_new_boolean(row->is_finished));
		if (row->waiting)
			put_waiting(line, row->waiting);
		end(line);
		if (row->rollout) {
			line = begin("rollout");
			rollout_record_fill(line, row->rollout);
			end(line);
		}
	}
	for (size_t i = 0; i < rows->n_services; i++)
		if (rows->services[i].is_changed)
			put_service(&rows->services[i]);
}

static void json_text(const char *type, const char *text)
{
	json_object *line = begin(type);
	put(line, "message", text);
	end(line);
}

static void json_note(tool_output *output, const char *text)
{
	json_text("note", text);
}

static void json_error(tool_output *output, const char *text)
{
	json_text("error", text);
}

static void json_close(tool_output *output)
{
	free(output);
}

static const output_ops JSON = {
    .applied = json_applied,
    .deleted = json_deleted,
    .event = json_event,
    .rows = json_rows,
    .note = json_note,
    .error = json_error,
    .close = json_close,
};

int output_json_new(tool_output **out)
{
	tool_output *json = calloc(1, sizeof(*json));
	if (!json)
		return KORCH_E_NOMEM;
	json->ops = &JSON;
	*out = json;
	return 0;
}
