/*
 * Trees as YAML text by libyaml's emitter, in the style of kubectl: blocks, lists at the level of
 * their key, text of several lines as it is, quotes where text would read as something else.
 */
#include "object/yaml_write.h"
#include "base/cleanup.h"
#include "object/read.h"
#include <ctype.h>
#include <string.h>
#include <yaml.h>

static int put_bytes(void *userdata, unsigned char *data, size_t len)
{
	korch_buf *buf = userdata;
	korch__buf_put(buf, data, len);
	return !buf->failed;
}

/* 1:30 and 2001-01-01, which other readers of YAML 1.1 take for numbers and dates. */
static int is_time_like(const char *text)
{
	size_t n = strspn(text, "0123456789");
	if (n == 0)
		return (*text == '-' || *text == '+') && isdigit((unsigned char)text[1]) &&
		       strchr(text, ':');
	return (text[n] == ':' && isdigit((unsigned char)text[n + 1])) ||
	       (n == 4 && text[4] == '-' && isdigit((unsigned char)text[5]));
}

/* 1 when the text without quotes is something else to us or to another reader of YAML. */
static int is_ambiguous(const char *text, size_t len)
{
	static const char *const words[] = {"y", "Y", "n", "N", "<<", "=", "---", "..."};
	for (size_t i = 0; i < KORCH_COUNT(words); i++)
		if (strcmp(text, words[i]) == 0)
			return 1;
	struct json_object *node = NULL;
	const char *why = NULL;
	int code = korch__yaml_scalar(&node, text, len, NULL, 1, &why);
	int is_text = code == 0 && json_object_is_type(node, json_type_string);
	json_object_put(node);
	return !is_text || is_time_like(text);
}

/*
 * Letters that a block would change: carriage returns and Unicode's own line ends. A first line
 * that begins with a tab cannot be read.
 */
static int fits_block(const char *text, size_t len)
{
	if (strlen(text) != len || strchr(text, '\r') || strstr(text, "\xc2\x85") ||
	    strstr(text, "\xe2\x80\xa8") || strstr(text, "\xe2\x80\xa9"))
		return 0;
	return text[strspn(text, " \n")] != '\t' && text[strspn(text, " \n")] != '\0' &&
	       *text != '\n' && *text != ' ';
}

static yaml_scalar_style_t style_of(const char *text, size_t len, int is_key)
{
	if (memchr(text, '\n', len))
		return !is_key && fits_block(text, len) ? YAML_LITERAL_SCALAR_STYLE
		                                        : YAML_DOUBLE_QUOTED_SCALAR_STYLE;
	if (strlen(text) != len || strpbrk(text, "\r\t") || strstr(text, "\xc2\x85") ||
	    strstr(text, "\xe2\x80"))
		return YAML_DOUBLE_QUOTED_SCALAR_STYLE;
	return is_ambiguous(text, len) ? YAML_DOUBLE_QUOTED_SCALAR_STYLE : YAML_PLAIN_SCALAR_STYLE;
}

static int put_scalar(yaml_emitter_t *emitter, const char *text, size_t len,
                      yaml_scalar_style_t style)
{
	yaml_event_t event;
	return yaml_scalar_event_initialize(&event, NULL, NULL, (const yaml_char_t *)text, (int)len, 1,
	                                    1, style) &&
	       yaml_emitter_emit(emitter, &event);
}

static int put_text(yaml_emitter_t *emitter, const char *text, size_t len, int is_key)
{
	return put_scalar(emitter, text, len, style_of(text, len, is_key));
}

static int put_node(yaml_emitter_t *emitter, struct json_object *node);

static int put_map(yaml_emitter_t *emitter, struct json_object *node)
{
	yaml_event_t event;
	if (!yaml_mapping_start_event_initialize(&event, NULL, NULL, 1, YAML_BLOCK_MAPPING_STYLE) ||
	    !yaml_emitter_emit(emitter, &event))
		return 0;
	json_object_object_foreach(node, key, value)
	{
		if (!put_text(emitter, key, strlen(key), 1) || !put_node(emitter, value))
			return 0;
	}
	return yaml_mapping_end_event_initialize(&event) && yaml_emitter_emit(emitter, &event);
}

static int put_list(yaml_emitter_t *emitter, struct json_object *node)
{
	yaml_event_t event;
	if (!yaml_sequence_start_event_initialize(&event, NULL, NULL, 1, YAML_BLOCK_SEQUENCE_STYLE) ||
	    !yaml_emitter_emit(emitter, &event))
		return 0;
	for (size_t i = 0; i < json_object_array_length(node); i++)
		if (!put_node(emitter, json_object_array_get_idx(node, i)))
			return 0;
	return yaml_sequence_end_event_initialize(&event) && yaml_emitter_emit(emitter, &event);
}

static int put_node(yaml_emitter_t *emitter, struct json_object *node)
{
	switch (json_object_get_type(node)) {
	case json_type_object:
		return put_map(emitter, node);
	case json_type_array:
		return put_list(emitter, node);
	case json_type_string:
		return put_text(emitter, json_object_get_string(node),
		                (size_t)json_object_get_string_len(node), 0);
	default: {
		const char *text = json_object_to_json_string_ext(node, JSON_C_TO_STRING_PLAIN);
		return text && put_scalar(emitter, text, strlen(text), YAML_PLAIN_SCALAR_STYLE);
	}
	}
}

static int put_document(yaml_emitter_t *emitter, struct json_object *tree)
{
	yaml_event_t event;
	return yaml_stream_start_event_initialize(&event, YAML_UTF8_ENCODING) &&
	       yaml_emitter_emit(emitter, &event) &&
	       yaml_document_start_event_initialize(&event, NULL, NULL, NULL, 1) &&
	       yaml_emitter_emit(emitter, &event) && put_node(emitter, tree) &&
	       yaml_document_end_event_initialize(&event, 1) && yaml_emitter_emit(emitter, &event) &&
	       yaml_stream_end_event_initialize(&event) && yaml_emitter_emit(emitter, &event);
}

void korch__yaml_write(korch_buf *buf, struct json_object *tree)
{
	yaml_emitter_t emitter;
	if (!yaml_emitter_initialize(&emitter)) {
		buf->failed = KORCH_E_NOMEM;
		return;
	}
	yaml_emitter_set_output(&emitter, put_bytes, buf);
	yaml_emitter_set_unicode(&emitter, 1);
	yaml_emitter_set_width(&emitter, -1);
	if (!put_document(&emitter, tree) && !buf->failed)
		buf->failed = KORCH_E_NOMEM; /* the emitter fails for nothing else: events are in order */
	yaml_emitter_delete(&emitter);
}
