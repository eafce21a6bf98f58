/* Reading a YAML document with the line of each mistake. */
#include "rollout/doc.h"
#include "nearest.h"

#include <errno.h>
#include <korch/time.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { FIELDS_MAX = 32, FILE_MAX = 1 << 20 };

static const char *scalar(const yaml_node_t *node)
{
	return node && node->type == YAML_SCALAR_NODE ? (const char *)node->data.scalar.value : NULL;
}

int doc_line(const yaml_node_t *at)
{
	return at ? (int)at->start_mark.line + 1 : 1;
}

int doc_fail(doc *self, const yaml_node_t *at, const char *format, ...)
{
	char text[1024];
	va_list arguments;
	va_start(arguments, format);
	/* NOLINTNEXTLINE(clang-analyzer-valist.Uninitialized): the checker loses it when it inlines */
	vsnprintf(text, sizeof(text), format, arguments);
	va_end(arguments);
	korch_error_set(self->err, KORCH_E_INVALID, "%s", text);
	korch_error_set_location(self->err, self->file, doc_line(at));
	return KORCH_E_INVALID;
}

static int load(doc *self, FILE *file)
{
	yaml_parser_t parser;
	int code = 0;
	if (!yaml_parser_initialize(&parser))
		return korch_error_set(self->err, KORCH_E_NOMEM, "out of memory");
	yaml_parser_set_input_file(&parser, file);
	if (yaml_parser_load(&parser, &self->yaml)) {
		self->is_open = 1;
	} else {
		code = korch_error_set(self->err, KORCH_E_PARSE, "%s%s%s",
		                       parser.context ? parser.context : "", parser.context ? ": " : "",
		                       parser.problem ? parser.problem : "cannot be read");
		korch_error_set_location(self->err, self->file, (int)parser.problem_mark.line + 1);
	}
	yaml_parser_delete(&parser);
	return code;
}

int doc_open(doc *self, const char *path, korch_error **err)
{
	*self = (doc){.file = path, .err = err};
	FILE *file = fopen(path, "re");
	if (!file)
		return korch_error_set(err, KORCH_E_IO, "%s: %s", path, strerror(errno));
	fseek(file, 0, SEEK_END);
	long length = ftell(file);
	int code =
	    length > FILE_MAX ? korch_error_set(err, KORCH_E_LIMIT, "%s: longer than 1 MiB", path) : 0;
	rewind(file);
	if (code == 0)
		code = load(self, file);
	fclose(file);
	return code;
}

void doc_close(doc *self)
{
	if (self->is_open)
		yaml_document_delete(&self->yaml);
	self->is_open = 0;
}

yaml_node_t *doc_root(doc *self)
{
	return self->is_open ? yaml_document_get_root_node(&self->yaml) : NULL;
}

int doc_is_null(const yaml_node_t *node)
{
	const char *text = scalar(node);
	return !node || (text && node->data.scalar.style == YAML_PLAIN_SCALAR_STYLE &&
	                 (!*text || strcmp(text, "~") == 0 || strcmp(text, "null") == 0));
}

static int unknown_key(doc *self, yaml_node_t *key, const char *what, const doc_field *fields)
{
	const char *names[FIELDS_MAX];
	char all[512] = "";
	size_t n = 0, at = 0;
	for (; n < FIELDS_MAX && fields[n].name; n++)
		names[n] = fields[n].name;
	const char *text = scalar(key) ? scalar(key) : "";
	const char *meant = nearest_name(text, names, n);
	if (meant)
		return doc_fail(self, key, "\"%s\": unknown in %s, did you mean %s?", text, what, meant);
	for (size_t i = 0; i < n && at < sizeof(all); i++)
		at += (size_t)snprintf(all + at, sizeof(all) - at, "%s%s", i ? ", " : "", names[i]);
	return doc_fail(self, key, "\"%s\": unknown in %s; known are %s", text, what, all);
}

int doc_mapping(doc *self, yaml_node_t *node, const char *what, const doc_field *fields, void *to)
{
	uint32_t seen = 0;
	if (!node || node->type != YAML_MAPPING_NODE)
		return doc_fail(self, node, "%s is a mapping of keys and values", what);
	for (yaml_node_pair_t *pair = node->data.mapping.pairs.start;
	     pair < node->data.mapping.pairs.top; pair++) {
		yaml_node_t *key = yaml_document_get_node(&self->yaml, pair->key);
		yaml_node_t *value = yaml_document_get_node(&self->yaml, pair->value);
		const char *text = scalar(key);
		size_t i = 0;
		while (fields[i].name && (!text || strcmp(text, fields[i].name) != 0))
			i++;
		if (!fields[i].name)
			return unknown_key(self, key, what, fields);
		if (seen & (1u << i))
			return doc_fail(self, key, "\"%s\" is there twice", text);
		seen |= 1u << i;
		int code = fields[i].read(self, value, to);
		if (code < 0)
			return code;
	}
	return 0;
}

int doc_list(doc *self, yaml_node_t *node, size_t most,
             int (*read)(doc *self, yaml_node_t *item, void *to), void *to)
{
	if (doc_is_null(node))
		return 0;
	if (node->type != YAML_SEQUENCE_NODE)
		return doc_fail(self, node, "a list is needed");
	size_t n = (size_t)(node->data.sequence.items.top - node->data.sequence.items.start);
	if (n > most)
		return doc_fail(self, node, "%zu items, at most %zu are allowed", n, most);
	for (size_t i = 0; i < n; i++) {
		int code =
		    read(self, yaml_document_get_node(&self->yaml, node->data.sequence.items.start[i]), to);
		if (code < 0)
			return code;
	}
	return 0;
}

yaml_node_t *doc_get(doc *self, yaml_node_t *node, const char *key)
{
	if (!node || node->type != YAML_MAPPING_NODE)
		return NULL;
	for (yaml_node_pair_t *pair = node->data.mapping.pairs.start;
	     pair < node->data.mapping.pairs.top; pair++) {
		const char *text = scalar(yaml_document_get_node(&self->yaml, pair->key));
		if (text && strcmp(text, key) == 0)
			return yaml_document_get_node(&self->yaml, pair->value);
	}
	return NULL;
}

int doc_text(doc *self, yaml_node_t *node, char *out, size_t size)
{
	const char *text = scalar(node);
	if (!text || !*text)
		return doc_fail(self, node, "a text is needed");
	if (strlen(text) >= size)
		return doc_fail(self, node, "longer than %zu bytes", size - 1);
	memcpy(out, text, strlen(text) + 1);
	return 0;
}

int doc_span(doc *self, yaml_node_t *node, korch_usec *out)
{
	int64_t ns = 0;
	const char *text = scalar(node);
	if (!text || korch_duration_parse(&ns, text, NULL) < 0)
		return doc_fail(self, node, "\"%s\": a duration is needed, such as 90s, 10m or 1h30m",
		                text ? text : "");
	if (ns < 0)
		return doc_fail(self, node, "\"%s\": not below 0", text);
	*out = ns / 1000;
	return 0;
}

int doc_int(doc *self, yaml_node_t *node, int64_t least, int64_t most, int64_t *out)
{
	const char *text = scalar(node);
	char *end = NULL;
	errno = 0;
	long long value = text ? strtoll(text, &end, 10) : 0;
	if (!text || end == text || *end || errno)
		return doc_fail(self, node, "\"%s\": a whole number is needed", text ? text : "");
	if (value < least || value > most)
		return doc_fail(self, node, "%lld: from %lld to %lld is allowed", value, (long long)least,
		                (long long)most);
	*out = value;
	return 0;
}

int doc_bool(doc *self, yaml_node_t *node, int *out)
{
	const char *text = scalar(node);
	if (!text || (strcmp(text, "true") != 0 && strcmp(text, "false") != 0))
		return doc_fail(self, node, "\"%s\": true or false", text ? text : "");
	*out = text[0] == 't';
	return 0;
}
