/*
 * What nodes of json-c trees bear beside their value. A pointer to userdata is tagged in its lowest
 * bits: 1 = a line number and nothing else; 2 = a note (line and texts); 0 = not ours, such as the
 * text that json-c's own parser keeps of a double.
 */
#include "object/tree.h"
#include "base/cleanup.h"
#include <errno.h>
#include <math.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

enum { TAG_LINE = 1, TAG_NOTE = 2, TAG_MASK = 3 };

typedef struct note {
	int line;
	char *plain;  /* see korch__tree_plain_text(), or NULL */
	char *number; /* text that a double is written as, or NULL */
} note;

static uintptr_t bits(const struct json_object *node)
{
	return (uintptr_t)json_object_get_userdata((struct json_object *)(uintptr_t)node);
}

static note *note_of(uintptr_t value)
{
	return (value & TAG_MASK) == TAG_NOTE ? (note *)(value - TAG_NOTE) : NULL;
}

static void note_free(note *self)
{
	if (!self)
		return;
	korch__free(self->plain);
	korch__free(self->number);
	korch__free(self);
}

static void note_delete(struct json_object *node, void *userdata)
{
	note_free(note_of((uintptr_t)userdata));
}

static int write_number(struct json_object *node, struct printbuf *out, int level, int flags)
{
	const char *text = note_of(bits(node))->number;
	return printbuf_memappend(out, text, (int)strlen(text));
}

int korch__tree_line(const struct json_object *node)
{
	uintptr_t value = bits(node);
	if ((value & TAG_MASK) == TAG_LINE)
		return (int)(value >> 2);
	const note *self = note_of(value);
	return self ? self->line : 0;
}

/*
 * Gives the node a note with the text of its number (copied; NULL: none) in place of what it bore.
 * NULL when memory is short.
 */
static note *note_attach(struct json_object *node, const char *number)
{
	note *self = korch__calloc(1, sizeof(*self));
	if (!self)
		return NULL;
	self->line = korch__tree_line(node);
	self->number = korch__strdup(number);
	if (number && !self->number) {
		note_free(self);
		return NULL;
	}
	void *userdata = (void *)((uintptr_t)self | TAG_NOTE);
	json_object_set_serializer(node, number ? write_number : NULL, userdata, note_delete);
	return self;
}

/* The node's note, made when it has none; NULL when memory is short. */
static note *note_make(struct json_object *node)
{
	uintptr_t value = bits(node);
	note *self = note_of(value);
	if (self)
		return self;
	int is_foreign = value && (value & TAG_MASK) == 0;
	int is_double = json_object_is_type(node, json_type_double);
	return note_attach(node, is_foreign && is_double ? (const char *)value : NULL);
}

void korch__tree_set_line(struct json_object *node, int line)
{
	if (!node)
		return;
	uintptr_t value = bits(node);
	if (value && (value & TAG_MASK) != TAG_LINE) {
		note *self = note_make(node);
		if (self)
			self->line = line;
		return;
	}
	uintptr_t tagged = ((uintptr_t)(unsigned)line << 2) | TAG_LINE;
	json_object_set_userdata(node, (void *)tagged, NULL);
}

const char *korch__tree_plain_text(const struct json_object *node)
{
	const note *self = note_of(bits(node));
	return self ? self->plain : NULL;
}

int korch__tree_set_plain_text(struct json_object *node, const char *text)
{
	note *self = note_make(node);
	char *copy = self ? korch__strdup(text) : NULL;
	if (!copy)
		return KORCH_E_NOMEM;
	korch__free(self->plain);
	self->plain = copy;
	return 0;
}

static struct json_object *new_double(const char *text)
{
	double value = strtod(text, NULL);
	if (!isfinite(value)) /* 1e999: keep the text, with the largest value that there is */
		value = value > 0 ? 1.7976931348623157e308 : -1.7976931348623157e308;
	_cleanup_tree_ struct json_object *node = json_object_new_double(value);
	if (!node || !note_attach(node, text))
		return NULL;
	return KORCH_STEAL(node);
}

struct json_object *korch__tree_number(const char *text)
{
	if (!strpbrk(text, ".eE") && strcmp(text, "-0") != 0) {
		errno = 0;
		long long number = strtoll(text, NULL, 10);
		if (errno == 0)
			return json_object_new_int64(number);
		errno = 0;
		unsigned long long positive = strtoull(text, NULL, 10);
		if (errno == 0 && text[0] != '-')
			return json_object_new_uint64(positive);
	}
	return new_double(text);
}
