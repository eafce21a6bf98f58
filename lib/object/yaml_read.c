/*
 * YAML by libyaml: events become calls of the builder; anchors, aliases and tags of collections are resolved here, scalars in
 * yaml_scalar.c. A document that cannot be read may be left behind: reading then begins again at the next line "---".
 */
#include "base/cleanup.h"
#include "base/table.h"
#include "object/build.h"
#include <stdlib.h>
#include <string.h>
#include <yaml.h>

/* What an anchor names. */
typedef struct anchor {
	char *name;
	char *text; /* of a scalar, for its use as a key; NULL for collections */
	struct json_object *node;
	size_t size; /* values in it */
	int height;
	int is_open; /* its collection has not ended */
} anchor;

typedef struct reader {
	const korch__read *read;
	yaml_parser_t parser;
	korch__build build;
	korch_table anchors;
	KORCH_VEC(anchor *) open; /* of each open collection; NULL when it has none */
	size_t n_alias_nodes;
	int lines_before; /* lines of the text in front of what the parser sees */
	int document_line;
	korch_error **err;
} reader;

static uint64_t name_hash(const void *key)
{
	return korch__hash_string(key);
}

static int name_equal(const void *entry, const void *key)
{
	return strcmp(((const anchor *)entry)->name, key) == 0;
}

static uint64_t entry_hash(const void *entry)
{
	return korch__hash_string(((const anchor *)entry)->name);
}

static const korch_table_ops anchor_ops = {name_hash, name_equal, entry_hash};

static void anchor_free(anchor *self)
{
	if (!self)
		return;
	json_object_put(self->node);
	korch__free(self->name);
	korch__free(self->text);
	korch__free(self);
}

static void forget_anchors(reader *self)
{
	anchor *entry;
	for (size_t at = 0; (entry = korch__table_next(&self->anchors, &at));)
		anchor_free(entry);
	korch__table_fini(&self->anchors);
	self->open.n = 0;
}

static int line_of(const reader *self, yaml_mark_t mark)
{
	size_t line = mark.line + 1 + (size_t)self->lines_before;
	return line > INT32_MAX ? INT32_MAX : (int)line;
}

static int no_memory(reader *self)
{
	return korch_error_set(self->err, KORCH_E_NOMEM, "%s", korch_code_text(KORCH_E_NOMEM));
}

/* A new meaning of an anchor's name. */
static int set_anchor(anchor **out, reader *self, const yaml_char_t *name)
{
	*out = NULL;
	if (!name)
		return 0;
	anchor *old = korch__table_get(&self->anchors, name);
	for (size_t i = 0; old && i < self->open.n; i++)
		if (self->open.items[i] == old)
			self->open.items[i] = NULL;
	korch__table_remove(&self->anchors, name);
	anchor_free(old);
	anchor *entry = korch__calloc(1, sizeof(*entry));
	if (entry)
		entry->name = korch__strdup((const char *)name);
	if (!entry || !entry->name || korch__table_put(&self->anchors, entry) < 0) {
		anchor_free(entry);
		return no_memory(self);
	}
	*out = entry;
	return 0;
}

static int is_key_next(reader *self)
{
	const korch__build_frame *frame = korch__build_top(&self->build);
	return frame && frame->is_map && !frame->key && !frame->is_merge;
}

static int is_merge_key(const yaml_event_t *event)
{
	const char *tag = (const char *)event->data.scalar.tag;
	if (tag)
		return strcmp(tag, "tag:yaml.org,2002:merge") == 0;
	return event->data.scalar.style == YAML_PLAIN_SCALAR_STYLE && event->data.scalar.length == 2 &&
	       memcmp(event->data.scalar.value, "<<", 2) == 0;
}

static int on_scalar(reader *self, const yaml_event_t *event)
{
	const char *text = (const char *)event->data.scalar.value, *why = "";
	size_t len = event->data.scalar.length;
	int line = line_of(self, event->start_mark);
	int is_key = is_key_next(self);
	if (is_key && is_merge_key(event))
		return korch__build_merge_key(&self->build);
	_cleanup_tree_ struct json_object *node = NULL;
	int code = korch__yaml_scalar(&node, text, len, (const char *)event->data.scalar.tag,
	                              event->data.scalar.plain_implicit && event->data.scalar.style == YAML_PLAIN_SCALAR_STYLE,
	                              &why);
	if (code == KORCH_E_NOMEM)
		return no_memory(self);
	if (code < 0 && !is_key)
		return korch__build_fail(&self->build, code, line, "%s", why);
	korch__tree_set_line(node, line);
	anchor *named;
	if ((code = set_anchor(&named, self, event->data.scalar.anchor)) < 0)
		return code;
	if (named) {
		named->node = json_object_get(node);
		named->size = 1;
		named->text = korch__strndup(text, len);
		if (!named->text)
			return no_memory(self);
	}
	if (is_key)
		return korch__build_key(&self->build, text, len, line);
	return korch__build_value(&self->build, KORCH_STEAL(node), 0, line);
}

static int on_alias(reader *self, const yaml_event_t *event)
{
	int line = line_of(self, event->start_mark);
	const char *name = (const char *)event->data.alias.anchor;
	const anchor *named = korch__table_get(&self->anchors, name);
	if (!named)
		return korch__build_fail(&self->build, KORCH_E_PARSE, line, "no anchor named \"%.100s\"", name);
	if (named->is_open)
		return korch__build_fail(&self->build, KORCH_E_PARSE, line, "alias \"%.100s\" stands inside its own anchor", name);
	if (is_key_next(self)) {
		if (!named->text)
			return korch__build_fail(&self->build, KORCH_E_PARSE, line, "a mapping or list cannot be a key");
		return korch__build_key(&self->build, named->text, strlen(named->text), line);
	}
	size_t max = self->read->limits.max_alias_nodes;
	if (named->size > max || self->n_alias_nodes > max - named->size)
		return korch__build_fail(&self->build, KORCH_E_LIMIT, line, "aliases stand for more than %zu values", max);
	self->n_alias_nodes += named->size;
	int code = korch__build_count(&self->build, named->size - 1, line);
	return code < 0 ? code : korch__build_value(&self->build, json_object_get(named->node), named->height, line);
}

/* 1 when a tag of YAML's own does not fit the collection. */
static int is_wrong_tag(const char *tag, int is_map)
{
	static const char *const for_maps[] = {"map", "set"};
	static const char *const for_lists[] = {"seq", "omap", "pairs"};
	static const char prefix[] = "tag:yaml.org,2002:";
	if (!tag || strncmp(tag, prefix, sizeof(prefix) - 1) != 0)
		return 0;
	const char *const *allowed = is_map ? for_maps : for_lists;
	for (size_t i = 0; i < (is_map ? KORCH_COUNT(for_maps) : KORCH_COUNT(for_lists)); i++)
		if (strcmp(tag + sizeof(prefix) - 1, allowed[i]) == 0)
			return 0;
	return 1;
}

static int on_open(reader *self, const yaml_event_t *event, int is_map)
{
	int line = line_of(self, event->start_mark);
	const yaml_char_t *name = is_map ? event->data.mapping_start.anchor : event->data.sequence_start.anchor;
	const yaml_char_t *tag = is_map ? event->data.mapping_start.tag : event->data.sequence_start.tag;
	if (is_key_next(self))
		return korch__build_fail(&self->build, KORCH_E_PARSE, line, "a mapping or list cannot be a key");
	if (is_wrong_tag((const char *)tag, is_map))
		return korch__build_fail(&self->build, KORCH_E_PARSE, line, "the tag %.100s on a %s", (const char *)tag,
		                         is_map ? "mapping" : "list");
	anchor *named;
	int code = set_anchor(&named, self, name);
	if (code < 0)
		return code;
	if (named) {
		named->is_open = 1;
		named->size = self->build.n_nodes;
	}
	if (korch__vec_push(&self->open, named) < 0)
		return no_memory(self);
	return korch__build_open(&self->build, is_map, line);
}

static int on_close(reader *self)
{
	anchor *named = self->open.items[--self->open.n];
	struct json_object *node = korch__build_top(&self->build)->node;
	if (named)
		named->node = json_object_get(node);
	int code = korch__build_close(&self->build);
	if (code < 0 || !named)
		return code;
	named->is_open = 0;
	named->size = self->build.n_nodes - named->size;
	named->height = self->build.height;
	return 0;
}

/* One event; 1 at the end of the stream. */
static int on_event(reader *self, const yaml_event_t *event)
{
	switch (event->type) {
	case YAML_DOCUMENT_START_EVENT:
		self->document_line = line_of(self, event->start_mark);
		return 0;
	case YAML_DOCUMENT_END_EVENT:
		forget_anchors(self);
		return korch__build_finish(&self->build, self->document_line);
	case YAML_SCALAR_EVENT:
		return on_scalar(self, event);
	case YAML_ALIAS_EVENT:
		return on_alias(self, event);
	case YAML_MAPPING_START_EVENT:
		return on_open(self, event, 1);
	case YAML_SEQUENCE_START_EVENT:
		return on_open(self, event, 0);
	case YAML_MAPPING_END_EVENT:
	case YAML_SEQUENCE_END_EVENT:
		return on_close(self);
	case YAML_STREAM_END_EVENT:
		return 1;
	default:
		return 0;
	}
}

static int count_lines(const char *text, size_t len)
{
	int n = 0;
	for (const char *end = text + len; text < end && (text = memchr(text, '\n', (size_t)(end - text))); text++)
		n++;
	return n;
}

/* What libyaml says was wrong. */
static int syntax_error(reader *self, const char *text, size_t len)
{
	const yaml_parser_t *parser = &self->parser;
	const char *problem = parser->problem ? parser->problem : "malformed";
	if (parser->error == YAML_MEMORY_ERROR)
		return no_memory(self);
	if (parser->error == YAML_READER_ERROR) {
		size_t offset = parser->problem_offset < len ? parser->problem_offset : len;
		int line = count_lines(text, offset) + 1 + self->lines_before;
		if (parser->problem_value < 0)
			return korch__build_fail(&self->build, KORCH_E_PARSE, line, "%s", problem);
		return korch__build_fail(&self->build, KORCH_E_PARSE, line, "%s (0x%02x)", problem, (unsigned)parser->problem_value);
	}
	int line = line_of(self, parser->problem_mark);
	size_t column = parser->problem_mark.column + 1;
	if (!parser->context)
		return korch__build_fail(&self->build, KORCH_E_PARSE, line, "%s (column %zu)", problem, column);
	return korch__build_fail(&self->build, KORCH_E_PARSE, line, "%s (column %zu; %s that begins in line %d)", problem, column,
	                         parser->context, line_of(self, parser->context_mark));
}

/* Reads until the end or a failure. */
static int read_events(reader *self, const char *text, size_t len)
{
	if (!yaml_parser_initialize(&self->parser))
		return no_memory(self);
	yaml_parser_set_input_string(&self->parser, (const unsigned char *)text, len);
	int code = 0;
	while (code == 0) {
		yaml_event_t event;
		if (!yaml_parser_parse(&self->parser, &event)) {
			code = syntax_error(self, text, len);
			break;
		}
		code = on_event(self, &event);
		yaml_event_delete(&event);
	}
	yaml_parser_delete(&self->parser);
	forget_anchors(self);
	korch__build_reset(&self->build);
	return code == 1 ? 0 : code;
}

/* The first line "---" from a line on (from 1, as shown); NULL when there is none. */
static const char *next_document(const reader *self, const char *text, size_t len, int line)
{
	const char *end = text + len;
	for (int at = self->lines_before + 1; text < end; at++) {
		if (at >= line && end - text >= 3 && memcmp(text, "---", 3) == 0 &&
		    (end - text == 3 || strchr(" \t\r\n", text[3])))
			return text;
		const char *next = memchr(text, '\n', (size_t)(end - text));
		if (!next)
			return NULL;
		text = next + 1;
	}
	return NULL;
}

/* Reads documents; after one that fails it goes on behind it, when the caller wants that. */
static int read_all(reader *self, const char *text, size_t len, korch_error **err)
{
	for (;;) {
		_cleanup_error_ korch_error *error = NULL;
		self->err = self->build.err = &error;
		self->document_line = self->lines_before + 1;
		int code = read_events(self, text, len);
		if (code != KORCH_E_PARSE || !error || !self->read->failed) {
			if (code != 0 && err)
				*err = KORCH_STEAL(error);
			return code;
		}
		self->read->failed(self->read->userdata, error);
		int line = korch_error_line(error);
		const char *next = next_document(self, text, len, line > self->document_line ? line : self->document_line + 1);
		if (!next)
			return 0;
		self->lines_before += count_lines(text, (size_t)(next - text));
		len -= (size_t)(next - text);
		text = next;
	}
}

int korch__yaml_read(const korch__read *read, const char *text, size_t len, korch_error **err)
{
	korch__read settled = *read;
	int code = korch__read_settle(&settled, len, err);
	if (code < 0)
		return code;
	reader self = {.read = &settled, .lines_before = settled.first_line > 0 ? settled.first_line - 1 : 0};
	korch__build_init(&self.build, &settled, err);
	korch__table_init(&self.anchors, &anchor_ops);
	code = read_all(&self, text, len, err);
	korch__build_fini(&self.build);
	korch__vec_fini(&self.open);
	return code;
}
