/* Keys: what is a valid one, their hash, their text and back. Order of keys: object.h. */
#include "store/key.h"
#include "base/cleanup.h"
#include "base/table.h"
#include "base/text.h"
#include <string.h>

enum { PARTS = 5 }; /* group, kind, version, namespace, name */

static int is_part(const char *text)
{
	size_t n = 0;
	for (; text[n]; n++) {
		if (text[n] == '/' || (unsigned char)text[n] < ' ' || n == KORCH_KEY_PART_MAX)
			return 0;
	}
	return 1;
}

int korch__key_check(const korch_key *key)
{
	if (!key || !key->kind || !key->name || !*key->name || !is_part(key->name) ||
	    !is_part(korch__text_or_empty(key->namespace_)))
		return KORCH_E_INVALID;
	return 0;
}

uint64_t korch__key_hash(const korch_key *key)
{
	const char *namespace_ = korch__text_or_empty(key->namespace_);
	uint64_t hash = korch__hash_string(key->kind->name);
	hash = korch__hash_bytes(namespace_, strlen(namespace_), hash);
	return korch__hash_bytes(key->name, strlen(key->name), hash);
}

void korch__key_write_prefix(korch_buf *buf, const korch_kind *kind, const char *namespace_,
                             char separator)
{
	korch__buf_putc(buf, separator);
	korch__buf_puts(buf, "registry");
	const char *parts[] = {kind ? kind->group : NULL, kind ? kind->name : NULL,
	                       kind ? kind->version : NULL, kind ? namespace_ : NULL};
	for (size_t i = 0; i < KORCH_COUNT(parts) && parts[i]; i++) {
		korch__buf_putc(buf, separator);
		korch__buf_puts(buf, parts[i]);
	}
	korch__buf_putc(buf, separator);
}

void korch__key_write(korch_buf *buf, const korch_key *key, char separator)
{
	korch__key_write_prefix(buf, key->kind, korch__text_or_empty(key->namespace_), separator);
	korch__buf_puts(buf, key->name);
}

/* Cuts text at its separators into exactly PARTS parts behind the head. */
static int cut(char *parts[PARTS], char *text, char separator)
{
	char head[] = " registry ";
	head[0] = head[sizeof(head) - 2] = separator;
	if (!korch__text_has_prefix(text, head))
		return KORCH_E_INVALID;
	char *at = text + sizeof(head) - 1;
	for (size_t i = 0; i < PARTS; i++) {
		parts[i] = at;
		at = at ? strchr(at, separator) : NULL;
		if (!at != (i == PARTS - 1))
			return KORCH_E_INVALID;
		if (at)
			*at++ = '\0';
	}
	return 0;
}

int korch__key_parse(korch_key_copy *out, const char *text, char separator)
{
	_cleanup_free_ char *memory = korch__strdup(text);
	if (!memory)
		return KORCH_E_NOMEM;
	char *parts[PARTS];
	int r = cut(parts, memory, separator);
	if (r < 0)
		return r;
	_cleanup_free_ char *api_version =
	    *parts[0] ? korch__sprintf("%s/%s", parts[0], parts[2]) : korch__strdup(parts[2]);
	if (!api_version)
		return KORCH_E_NOMEM;
	korch_key key = {.namespace_ = parts[3], .name = parts[4]};
	if ((r = korch_kind_get(&key.kind, api_version, parts[1], NULL)) < 0 ||
	    (r = korch__key_check(&key)) < 0)
		return r;
	*out = (korch_key_copy){key, KORCH_STEAL(memory)};
	return 0;
}

void korch__key_copy_fini(korch_key_copy *copy)
{
	korch__free(copy->memory);
	*copy = (korch_key_copy){0};
}

int korch__key_object(korch_object **out, const korch_key *key)
{
	const char *namespace_ = korch__text_or_empty(key->namespace_);
	korch_object *object = NULL;
	int r = korch_object_new(&object, key->kind);
	if (r < 0)
		return r;
	korch_object_meta *meta = korch_object_edit_meta(object);
	if (!meta || korch_string_set(&meta->name, key->name) < 0 ||
	    (*namespace_ && korch_string_set(&meta->namespace_, namespace_) < 0)) {
		korch_object_unref(object);
		return KORCH_E_NOMEM;
	}
	*out = object;
	return 0;
}
