/* One value: which keys may have made it, sealing and opening it, what is said when none does. */
#include "seal/value.h"
#include "base/cleanup.h"
#include "base/text.h"
#include "seal/kubernetes.h"
#include <stdio.h>
#include <string.h>

enum { MAX_SHOWN = 300 };

static int has_head(const korch_seal_value *value, const char *head)
{
	size_t n = strlen(head);
	return value->length >= n && memcmp(value->data, head, n) == 0;
}

static int is_sealed(const korch_seal_value *value)
{
	return has_head(value, KORCH__SEAL_NATIVE) || has_head(value, KORCH__SEAL_KUBERNETES);
}

/* Whether a key may have made a value. Plain text never begins like a sealed one. */
static int is_match(const korch__seal_kek *kek, const korch_seal_value *value)
{
	return kek->type == KORCH__SEAL_IDENTITY ? !is_sealed(value) : has_head(value, kek->prefix);
}

const korch__seal_kek *korch__value_find(size_t *index, size_t *n, const korch__seal_rule *rule,
                                         const korch_seal_value *value)
{
	const korch__seal_kek *found = NULL;
	*n = 0;
	for (size_t i = 0; i < rule->keys.n; i++) {
		if (!is_match(rule->keys.items[i], value))
			continue;
		if (!found)
			*index = i;
		found = found ? found : rule->keys.items[i];
		++*n;
	}
	return found;
}

/* "secrets default/db: message" */
int korch__value_fail(korch_error **err, int code, const korch_seal_value *value,
                      const char *message)
{
	const char *namespace_ = korch__text_or_empty(value->key.namespace_);
	return korch_error_set(err, code, "%s %s%s%s: %s", value->key.kind->plural, namespace_,
	                       *namespace_ ? "/" : "", value->key.name, message);
}

static int fail_memory(korch_error **err)
{
	return korch_error_set(err, KORCH_E_NOMEM, "%s", korch_code_text(KORCH_E_NOMEM));
}

/* Room for `length` bytes and a NUL. */
int korch__value_room(korch_seal_buffer *out, size_t length, korch_error **err)
{
	*out = (korch_seal_buffer){korch__alloc(length + 1), length, 0};
	return out->data ? 0 : fail_memory(err);
}

int korch__value_seal(korch_seal_buffer *out, korch__seal_core *core, const korch__seal_kek *kek,
                      const korch_seal_value *value, korch_error **err)
{
	size_t n_prefix = strlen(kek->prefix);
	int code = 0;
	if (kek->type == KORCH__SEAL_IDENTITY && is_sealed(value))
		return korch__value_fail(err, KORCH_E_INVALID, value,
		                         "plain bytes that begin like sealed ones cannot be stored");
	code = korch__value_room(out, value->length + n_prefix + KORCH__ENVELOPE_MORE, err);
	if (code < 0)
		return code;
	memcpy(out->data, kek->prefix, n_prefix);
	out->length = n_prefix;
	if (kek->type == KORCH__SEAL_IDENTITY) {
		if (value->length)
			memcpy(out->data, value->data, value->length);
		out->length = value->length;
	} else if (kek->type == KORCH__SEAL_ENVELOPE) {
		code = korch__envelope_seal(out, core, kek, value, err);
	} else {
		code = korch__kubernetes_seal(out, kek, value, err);
	}
	if (code < 0) {
		korch__free(out->data);
		return korch__value_fail(err, code, value, "cannot be sealed");
	}
	return 0;
}

/* What stands behind the prefix. */
korch_seal_value korch__value_body(const korch__seal_kek *kek, const korch_seal_value *value)
{
	korch_seal_value body = *value;
	size_t n = strlen(kek->prefix);
	body.data = n ? (const uint8_t *)value->data + n : value->data;
	body.length -= n;
	return body;
}

/* One attempt; out has room for value->length bytes. */
static int open_under(korch_seal_buffer *out, korch__seal_core *core, const korch__seal_kek *kek,
                      const korch_seal_value *value, korch_error **err)
{
	const korch_seal_value body = korch__value_body(kek, value);
	if (kek->type == KORCH__SEAL_ENVELOPE)
		return korch__envelope_open(out, core, kek, &body, err);
	if (kek->type != KORCH__SEAL_IDENTITY)
		return korch__kubernetes_open(out, kek, &body, err);
	if (value->length)
		memcpy(out->data, value->data, value->length);
	out->length = value->length;
	return 0;
}

/* The head of a sealed value with the name of its key, as far as it can be shown. */
static void show_head(char out[MAX_SHOWN], const korch_seal_value *value)
{
	const char *data = value->data;
	int colons = has_head(value, KORCH__SEAL_NATIVE) ? 4 : 5;
	size_t n = 0;
	while (n < value->length && n < MAX_SHOWN - 1 && colons > 0) {
		out[n] = data[n] > ' ' && data[n] <= '~' && data[n] != '"' ? data[n] : '?';
		colons -= data[n++] == ':';
	}
	out[n] = '\0';
}

int korch__value_fail_no_key(korch_error **err, const korch_seal_value *value)
{
	char head[MAX_SHOWN], text[MAX_SHOWN + 100];
	if (!is_sealed(value))
		return korch__value_fail(
		    err, KORCH_E_INVALID, value,
		    "is stored in plain text where only sealed values are accepted (allow it by "
		    "accept_plain, or by the provider identity behind the others)");
	show_head(head, value);
	snprintf(text, sizeof(text),
	         "is sealed under \"%s\", and there is no such key for this resource", head);
	return korch__value_fail(err, KORCH_E_NOT_FOUND, value, text);
}

int korch__value_fail_open(korch_error **err, const korch_seal_value *value,
                           const korch__seal_kek *kek, int code)
{
	char text[MAX_SHOWN + 100];
	snprintf(text, sizeof(text), "key \"%.*s\" does not open it", MAX_SHOWN, kek->name);
	return korch__value_fail(err, code, value, text);
}

/* Tries all keys that may have made the value, as names may be there twice; *index is that of the
 * one which did. */
int korch__value_open(korch_seal_buffer *out, size_t *index, korch__seal_core *core,
                      const korch_seal_value *value, korch_error **err)
{
	const korch__seal_rule *rule = korch__seal_core_find(core, value->key.kind);
	_cleanup_error_ korch_error *first = NULL;
	const korch__seal_kek *first_kek = NULL;
	int first_code = 0, code = korch__value_room(out, value->length, err);
	if (code < 0)
		return code;
	for (size_t i = 0; i < rule->keys.n; i++) {
		const korch__seal_kek *kek = rule->keys.items[i];
		if (!is_match(kek, value))
			continue;
		code = open_under(out, core, kek, value, first_kek ? NULL : &first);
		if (code == 0) {
			*index = i;
			return 0;
		}
		if (!first_kek)
			first_code = code;
		first_kek = first_kek ? first_kek : kek;
	}
	korch__free(out->data); /* each attempt that failed cleansed what it wrote */
	if (!first_kek)
		return korch__value_fail_no_key(err, value);
	if (err && !*err)
		*err = KORCH_STEAL(first);
	return korch__value_fail_open(err, value, first_kek, first_code);
}
