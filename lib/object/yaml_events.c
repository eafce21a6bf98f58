/*
 * libyaml's events as calls of the builder: anchors, aliases, merge keys and tags of collections
 * are resolved here, scalars in yaml_scalar.c. Where the events come from is in yaml_read.c.
 */
#include "object/yaml_events.h"
#include "base/cleanup.h"
#include <string.h>

static uint64_t name_hash(const void *key)
{
	return korch__hash_string(key);
}

static int name_equal(const void *entry, const void *key)
{
	return strcmp(((const korch__yaml_anchor *)entry)->name, key) == 0;
}

static uint64_t entry_hash(const void *entry)
{
	return korch__hash_string(((const korch__yaml_anchor *)entry)->name);
}

static const korch_table_ops anchor_ops = {name_hash, name_equal, entry_hash};

static void anchor_free(korch__yaml_anchor *self)
{
	if (!self)
		return;
	json_object_put(self->node);
	korch__free(self->name);
	korch__free(self->text);
	korch__free(self);
}

static void forget_anchors(korch__yaml *self)
{
	korch__yaml_anchor *entry;
	for (size_t at = 0; (entry = korch__table_next(&self->anchors, &at));)
		anchor_free(entry);
	korch__table_fini(&self->anchors);
	self->open.n = self->n_flow = 0;
}

int korch__yaml_line(const korch__yaml *self, yaml_mark_t mark)
{
	size_t line = mark.line + 1 + (size_t)self->lines_before;
	return line > INT32_MAX ? INT32_MAX : (int)line;
}

static int no_memory(korch__yaml *self)
{
	return korch_error_set(self->build.err, KORCH_E_NOMEM, "%s", korch_code_text(KORCH_E_NOMEM));
}

/* A new meaning of an anchor's name. */
static int set_anchor(korch__yaml_anchor **out, korch__yaml *self, const yaml_char_t *name)
{
	*out = NULL;
	if (!name)
		return 0;
	korch__yaml_anchor *old = korch__table_get(&self->anchors, name);
	for (size_t i = 0; old && i < self->open.n; i++)
		if (self->open.items[i] == old)
			self->open.items[i] = NULL;
	korch__table_remove(&self->anchors, name);
	anchor_free(old);
	korch__yaml_anchor *entry = korch__calloc(1, sizeof(*entry));
	if (entry)
		entry->name = korch__strdup((const char *)name);
	if (!entry || !entry->name || korch__table_put(&self->anchors, entry) < 0) {
		anchor_free(entry);
		return no_memory(self);
	}
	*out = entry;
	return 0;
}

static int is_key_next(korch__yaml *self)
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

static int on_scalar(korch__yaml *self, const yaml_event_t *event)
{
	const char *text = (const char *)event->data.scalar.value, *why = "";
	size_t len = event->data.scalar.length;
	int line = korch__yaml_line(self, event->start_mark);
	int is_key = is_key_next(self);
	int is_plain = event->data.scalar.style == YAML_PLAIN_SCALAR_STYLE;
	if (is_plain && self->n_flow > 0 && len == 1 && *text == '-')
		return korch__build_fail(&self->build, KORCH_E_PARSE, line, "a lone \"-\" within brackets");
	if (is_key && is_merge_key(event))
		return korch__build_merge_key(&self->build);
	_cleanup_tree_ struct json_object *node = NULL;
	int code = korch__yaml_scalar(&node, text, len, (const char *)event->data.scalar.tag,
	                              is_plain && event->data.scalar.plain_implicit, &why);
	if (code == KORCH_E_NOMEM)
		return no_memory(self);
	if (code < 0 && !is_key)
		return korch__build_fail(&self->build, code, line, "%s", why);
	korch__tree_set_line(node, line);
	korch__yaml_anchor *named;
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

static int on_alias(korch__yaml *self, const yaml_event_t *event)
{
	int line = korch__yaml_line(self, event->start_mark);
	const char *name = (const char *)event->data.alias.anchor;
	const korch__yaml_anchor *named = korch__table_get(&self->anchors, name);
	if (!named)
		return korch__build_fail(&self->build, KORCH_E_PARSE, line, "no anchor named \"%.100s\"",
		                         name);
	if (named->is_open)
		return korch__build_fail(&self->build, KORCH_E_PARSE, line,
		                         "alias \"%.100s\" stands inside its own anchor", name);
	if (is_key_next(self)) {
		if (!named->text)
			return korch__build_fail(&self->build, KORCH_E_PARSE, line,
			                         "a mapping or list cannot be a key");
		return korch__build_key(&self->build, named->text, strlen(named->text), line);
	}
	size_t max = self->read->limits.max_alias_nodes;
	if (named->size > max || self->n_alias_nodes > max - named->size)
		return korch__build_fail(&self->build, KORCH_E_LIMIT, line,
		                         "aliases stand for more than %zu values", max);
	self->n_alias_nodes += named->size;
	int code = korch__build_count(&self->build, named->size - 1, line);
	return code < 0 ? code
	                : korch__build_value(&self->build, json_object_get(named->node), named->height,
	                                     line);
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

static int on_open(korch__yaml *self, const yaml_event_t *event, int is_map)
{
	int line = korch__yaml_line(self, event->start_mark);
	const yaml_char_t *name =
	    is_map ? event->data.mapping_start.anchor : event->data.sequence_start.anchor;
	const yaml_char_t *tag =
	    is_map ? event->data.mapping_start.tag : event->data.sequence_start.tag;
	if (is_key_next(self))
		return korch__build_fail(&self->build, KORCH_E_PARSE, line,
		                         "a mapping or list cannot be a key");
	if (is_wrong_tag((const char *)tag, is_map))
		return korch__build_fail(&self->build, KORCH_E_PARSE, line, "the tag %.100s on a %s",
		                         (const char *)tag, is_map ? "mapping" : "list");
	korch__yaml_anchor *named;
	int code = set_anchor(&named, self, name);
	if (code < 0)
		return code;
	if (named) {
		named->is_open = 1;
		named->size = self->build.n_nodes;
	}
	if (korch__vec_push(&self->open, named) < 0)
		return no_memory(self);
	int is_flow = is_map ? event->data.mapping_start.style == YAML_FLOW_MAPPING_STYLE
	                     : event->data.sequence_start.style == YAML_FLOW_SEQUENCE_STYLE;
	if (is_flow || self->n_flow > 0) /* what is within brackets has brackets */
		self->n_flow++;
	return korch__build_open(&self->build, is_map, line);
}

static int on_close(korch__yaml *self)
{
	korch__yaml_anchor *named = self->open.items[--self->open.n];
	self->n_flow -= self->n_flow > 0;
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

static int on_document_start(korch__yaml *self, const yaml_event_t *event)
{
	int has_directives = event->data.document_start.version_directive ||
	                     event->data.document_start.tag_directives.start !=
	                         event->data.document_start.tag_directives.end;
	self->document_line = korch__yaml_line(self, event->start_mark);
	if (has_directives && self->is_end_implicit)
		return korch__build_fail(&self->build, KORCH_E_PARSE, self->document_line,
		                         "a directive needs \"...\" behind the document before it");
	return 0;
}

int korch__yaml_event(korch__yaml *self, const yaml_event_t *event)
{
	switch (event->type) {
	case YAML_DOCUMENT_START_EVENT:
		return on_document_start(self, event);
	case YAML_DOCUMENT_END_EVENT:
		self->is_end_implicit = event->data.document_end.implicit;
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

void korch__yaml_reset(korch__yaml *self)
{
	forget_anchors(self);
	self->is_end_implicit = 0;
	korch__build_reset(&self->build);
}

void korch__yaml_init(korch__yaml *self, const korch__read *read)
{
	*self = (korch__yaml){.read = read,
	                      .lines_before = read->first_line > 0 ? read->first_line - 1 : 0};
	korch__build_init(&self->build, read, NULL);
	korch__table_init(&self->anchors, &anchor_ops);
}

void korch__yaml_fini(korch__yaml *self)
{
	forget_anchors(self);
	korch__build_fini(&self->build);
	korch__vec_fini(&self->open);
}
