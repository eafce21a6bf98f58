/* JSON text from trees and strings, and its indentation. */
#include "object/json.h"
#include "object/tree.h"
#include <korch/error.h>
#include <string.h>

static void put_escaped(korch_buf *buf, unsigned char c)
{
	switch (c) {
	case '"':
		korch__buf_put(buf, "\\\"", 2);
		break;
	case '\\':
		korch__buf_put(buf, "\\\\", 2);
		break;
	case '\n':
		korch__buf_put(buf, "\\n", 2);
		break;
	case '\r':
		korch__buf_put(buf, "\\r", 2);
		break;
	case '\t':
		korch__buf_put(buf, "\\t", 2);
		break;
	default:
		korch__buf_printf(buf, "\\u%04x", c);
		break;
	}
}

void korch__json_write_string(korch_buf *buf, const char *text, size_t length)
{
	korch__buf_putc(buf, '"');
	size_t begin = 0;
	for (size_t i = 0; i < length; i++) {
		unsigned char c = (unsigned char)text[i];
		if (c >= 0x20 && c != '"' && c != '\\')
			continue;
		korch__buf_put(buf, text + begin, i - begin);
		put_escaped(buf, c);
		begin = i + 1;
	}
	korch__buf_put(buf, text + begin, length - begin);
	korch__buf_putc(buf, '"');
}

static void write_node(korch_buf *buf, struct json_object *node, int depth);

static void write_object(korch_buf *buf, struct json_object *node, int depth)
{
	int first = 1;
	korch__buf_putc(buf, '{');
	json_object_object_foreach(node, key, value)
	{
		if (!first)
			korch__buf_putc(buf, ',');
		first = 0;
		korch__json_write_string(buf, key, strlen(key));
		korch__buf_putc(buf, ':');
		write_node(buf, value, depth + 1);
		if (buf->failed)
			return;
	}
	korch__buf_putc(buf, '}');
}

static void write_array(korch_buf *buf, struct json_object *node, int depth)
{
	size_t n = json_object_array_length(node);
	korch__buf_putc(buf, '[');
	for (size_t i = 0; i < n && !buf->failed; i++) {
		if (i)
			korch__buf_putc(buf, ',');
		write_node(buf, json_object_array_get_idx(node, i), depth + 1);
	}
	korch__buf_putc(buf, ']');
}

static void write_node(korch_buf *buf, struct json_object *node, int depth)
{
	if (depth > KORCH__DEPTH_MAX) {
		buf->failed = KORCH_E_LIMIT;
		return;
	}
	switch (json_object_get_type(node)) {
	case json_type_object:
		write_object(buf, node, depth);
		break;
	case json_type_array:
		write_array(buf, node, depth);
		break;
	case json_type_string:
		korch__json_write_string(buf, json_object_get_string(node),
		                         (size_t)json_object_get_string_len(node));
		break;
	case json_type_null:
		korch__buf_puts(buf, "null");
		break;
	default: {
		const char *text = json_object_to_json_string_ext(node, JSON_C_TO_STRING_PLAIN);
		if (text)
			korch__buf_puts(buf, text);
		else
			buf->failed = KORCH_E_NOMEM;
	}
	}
}

void korch__json_write(korch_buf *buf, struct json_object *node)
{
	write_node(buf, node, 0);
}

static void new_line(korch_buf *buf, int depth)
{
	korch__buf_putc(buf, '\n');
	for (int i = 0; i < depth; i++)
		korch__buf_put(buf, "  ", 2);
}

/* Length of the string that starts at text, both quotes included. */
static size_t string_length(const char *text, size_t length)
{
	size_t i = 1;
	while (i < length && text[i] != '"')
		i += text[i] == '\\' ? 2 : 1;
	return i < length ? i + 1 : length;
}

void korch__json_write_pretty(korch_buf *buf, const char *text, size_t length)
{
	int depth = 0;
	for (size_t i = 0; i < length; i++) {
		char c = text[i];
		int is_empty = i + 1 < length && (c == '{' || c == '[') && text[i + 1] == c + 2;
		if (c == '"') {
			size_t n = string_length(text + i, length - i);
			korch__buf_put(buf, text + i, n);
			i += n - 1;
		} else if (is_empty) {
			korch__buf_put(buf, text + i++, 2);
		} else if (c == '{' || c == '[') {
			korch__buf_putc(buf, c);
			new_line(buf, ++depth);
		} else if (c == '}' || c == ']') {
			new_line(buf, --depth);
			korch__buf_putc(buf, c);
		} else if (c == ',') {
			korch__buf_putc(buf, c);
			new_line(buf, depth);
		} else if (c == ':') {
			korch__buf_put(buf, ": ", 2);
		} else {
			korch__buf_putc(buf, c);
		}
	}
}
