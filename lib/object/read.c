/* Reading text: limits, and telling JSON from YAML. The readers are yaml_read.c and json_read.c. */
#include "object/read.h"
#include "base/cleanup.h"
#include <string.h>

enum { MAX_DEPTH = 2000, MAX_BYTES = 1 << 30 };

int korch__read_settle(korch__read *read, size_t len, korch_error **err)
{
	korch__read_limits *limits = &read->limits;
	if (limits->max_bytes == 0)
		limits->max_bytes = (size_t)128 << 20;
	if (limits->max_bytes > MAX_BYTES)
		limits->max_bytes = MAX_BYTES;
	if (limits->max_nodes == 0)
		limits->max_nodes = 10000000;
	if (limits->max_alias_nodes == 0)
		limits->max_alias_nodes = 1000000;
	if (limits->max_documents == 0)
		limits->max_documents = 1000000;
	if (limits->max_depth <= 0)
		limits->max_depth = 512;
	if (limits->max_depth > MAX_DEPTH)
		limits->max_depth = MAX_DEPTH;
	if (len <= limits->max_bytes)
		return 0;
	korch_error_set(err, KORCH_E_LIMIT, "larger than %zu bytes", limits->max_bytes);
	korch_error_set_location(err, read->file, 1);
	return KORCH_E_LIMIT;
}

static int ignore_duplicate(void *userdata, const char *path, int line, int first_line)
{
	return 0;
}

static int looks_like_json(const char *text, size_t len)
{
	if (len >= 3 && memcmp(text, "\xef\xbb\xbf", 3) == 0)
		text += 3, len -= 3;
	for (; len > 0; text++, len--)
		if (!strchr(" \t\r\n", *text) || *text == '\0')
			return *text == '{' || *text == '[';
	return 0;
}

/* 1 when {" begins the text: nobody writes YAML so. */
static int looks_strictly_json(const char *at, const char *end)
{
	if (at == end || *at != '{')
		return 0;
	for (at++; at < end && *at != '\0' && strchr(" \t\r\n", *at);)
		at++;
	return at < end && *at == '"';
}

/* 1 when the rest is rather YAML: it reads as such, or for longer than as JSON. */
static int is_rather_yaml(const korch__read *read, const korch__cursor *rest,
                          const korch_error *json)
{
	korch__read silent = *read;
	silent.document = NULL;
	silent.duplicate = ignore_duplicate;
	silent.failed = NULL;
	silent.first_line = rest->line;
	_cleanup_error_ korch_error *yaml = NULL;
	int code = korch__yaml_read(&silent, rest->at, (size_t)(rest->end - rest->at), &yaml);
	int further = korch_error_line(yaml) - korch_error_line(json);
	return code != KORCH_E_PARSE || further > 0 ||
	       (further == 0 && !looks_strictly_json(rest->at, rest->end));
}

int korch__text_read(const korch__read *read, const char *text, size_t len, korch_error **err)
{
	if (!looks_like_json(text, len))
		return korch__yaml_read(read, text, len, err);
	korch__read settled = *read;
	int code = korch__read_settle(&settled, len, err);
	if (code < 0)
		return code;
	_cleanup_error_ korch_error *json = NULL;
	korch__cursor cursor = {text, text + len, read->first_line > 0 ? read->first_line : 1};
	code = korch__json_values(&settled, &cursor, &json);
	if (code == KORCH_E_PARSE && json && is_rather_yaml(&settled, &cursor, json)) {
		settled.first_line = cursor.line;
		return korch__yaml_read(&settled, cursor.at, (size_t)(cursor.end - cursor.at), err);
	}
	if (code == KORCH_E_PARSE && json && read->failed) {
		read->failed(read->userdata, json);
		return 0;
	}
	if (code != 0 && err)
		*err = KORCH_STEAL(json);
	return code;
}

int korch__json_read(const korch__read *read, const char *text, size_t len, korch_error **err)
{
	korch__read settled = *read;
	int code = korch__read_settle(&settled, len, err);
	korch__cursor cursor = {text, text + len, read->first_line > 0 ? read->first_line : 1};
	return code < 0 ? code : korch__json_values(&settled, &cursor, err);
}
