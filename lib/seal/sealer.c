/* The sealer's calls. What they do with one value stands in value.c. */
#include "base/cleanup.h"
#include "base/text.h"
#include "seal/value.h"
#include <openssl/crypto.h>
#include <pthread.h>
#include <stdio.h>
#include <string.h>

enum { MAX_SHOWN = 300 };

struct korch_sealer {
	pthread_mutex_t lock; /* held during a whole call: calls of a KMS wait for each other */
	korch__seal_core *core;
};

int korch__sealer_wrap(korch_sealer **out, korch__seal_core *core)
{
	korch_sealer *sealer = korch__calloc(1, sizeof(*sealer));
	if (!sealer || pthread_mutex_init(&sealer->lock, NULL) != 0) {
		korch__free(sealer);
		korch__seal_core_free(core);
		return KORCH_E_NOMEM;
	}
	sealer->core = core;
	*out = sealer;
	return 0;
}

void korch_sealer_free(korch_sealer *sealer)
{
	if (!sealer)
		return;
	korch__seal_core_free(sealer->core);
	pthread_mutex_destroy(&sealer->lock);
	korch__free(sealer);
}

int korch_sealer_replace(korch_sealer *sealer, korch_sealer *from)
{
	if (!sealer || !from || sealer == from)
		return KORCH_E_INVALID;
	pthread_mutex_lock(&sealer->lock);
	korch__seal_core *old = sealer->core;
	sealer->core = from->core;
	pthread_mutex_unlock(&sealer->lock);
	from->core = old;
	korch_sealer_free(from);
	return 0;
}

const korch_problems *korch_sealer_warnings(const korch_sealer *sealer)
{
	if (!sealer)
		return NULL;
	/* Locking changes nothing that a caller sees. */
	pthread_mutex_t *lock = (pthread_mutex_t *)(uintptr_t)&sealer->lock;
	pthread_mutex_lock(lock);
	const korch_problems *warnings = sealer->core->warnings;
	pthread_mutex_unlock(lock);
	return warnings;
}

void korch_seal_clear_free(char *data, size_t length)
{
	if (data)
		OPENSSL_cleanse(data, length);
	korch__free(data);
}

static int check(const korch_sealer *sealer, const korch_seal_value *value, korch_error **err)
{
	if (!sealer || !value || !value->key.kind || !value->key.name || !*value->key.name ||
	    (!value->data && value->length))
		return korch_error_set(err, KORCH_E_INVALID, "no sealer, no value, or a value without key");
	if (strlen(korch__text_or_empty(value->store)) > KORCH__SEAL_NAME_MAX)
		return korch_error_set(err, KORCH_E_INVALID, "the store's name is longer than %d bytes",
		                       KORCH__SEAL_NAME_MAX);
	if (value->length > KORCH_SEAL_VALUE_MAX) {
		char text[MAX_SHOWN];
		snprintf(text, sizeof(text), "%zu bytes, at most %zu", value->length, KORCH_SEAL_VALUE_MAX);
		return korch__value_fail(err, KORCH_E_LIMIT, value, text);
	}
	return 0;
}

static void give(char **out, size_t *length, const korch_seal_buffer *buffer)
{
	buffer->data[buffer->length] = '\0';
	*out = (char *)buffer->data;
	*length = buffer->length;
}

int korch_sealer_covers(korch_sealer *sealer, const korch_kind *kind)
{
	if (!sealer || !kind)
		return 0;
	pthread_mutex_lock(&sealer->lock);
	const korch__seal_rule *rule = korch__seal_core_find(sealer->core, kind);
	int result = rule->keys.items[0]->type != KORCH__SEAL_IDENTITY;
	pthread_mutex_unlock(&sealer->lock);
	return result;
}

static const korch__seal_kek *first_of(const korch__seal_core *core, const korch_seal_value *value)
{
	return korch__seal_core_find(core, value->key.kind)->keys.items[0];
}

int korch_sealer_seal(char **out, size_t *length, korch_sealer *sealer,
                      const korch_seal_value *value, korch_error **err)
{
	korch_seal_buffer buffer = {0};
	int code = check(sealer, value, err);
	if (code == 0 && (!out || !length))
		return korch_error_set(err, KORCH_E_INVALID, "no output");
	if (code < 0)
		return code;
	pthread_mutex_lock(&sealer->lock);
	code = korch__value_seal(&buffer, sealer->core, first_of(sealer->core, value), value, err);
	pthread_mutex_unlock(&sealer->lock);
	if (code == 0)
		give(out, length, &buffer);
	return code;
}

int korch_sealer_open(char **out, size_t *length, korch_sealer *sealer,
                      const korch_seal_value *value, korch_error **err)
{
	korch_seal_buffer buffer = {0};
	size_t index = 0;
	int code = check(sealer, value, err);
	if (code == 0 && (!out || !length))
		return korch_error_set(err, KORCH_E_INVALID, "no output");
	if (code < 0)
		return code;
	pthread_mutex_lock(&sealer->lock);
	code = korch__value_open(&buffer, &index, sealer->core, value, err);
	pthread_mutex_unlock(&sealer->lock);
	if (code == 0)
		give(out, length, &buffer);
	return code;
}

static int is_old(korch__seal_core *core, const korch_seal_value *value, korch_error **err)
{
	korch_seal_buffer buffer = {0};
	size_t index = 0, n = 0;
	const korch__seal_rule *rule = korch__seal_core_find(core, value->key.kind);
	if (!korch__value_find(&index, &n, rule, value))
		return korch__value_fail_no_key(err, value);
	if (n > 1) {
		int code = korch__value_open(&buffer, &index, core, value, err);
		if (code < 0)
			return code;
		korch_seal_clear_free((char *)buffer.data, buffer.length);
	}
	return index != 0;
}

int korch_sealer_is_old(korch_sealer *sealer, const korch_seal_value *value, korch_error **err)
{
	int code = check(sealer, value, err);
	if (code < 0)
		return code;
	pthread_mutex_lock(&sealer->lock);
	code = is_old(sealer->core, value, err);
	pthread_mutex_unlock(&sealer->lock);
	return code;
}

static int reseal(korch_seal_buffer *out, korch__seal_core *core, const korch_seal_value *value,
                  korch_error **err)
{
	korch_seal_buffer text = {0};
	size_t index = 0;
	int code = korch__value_open(&text, &index, core, value, err);
	if (code < 0)
		return code;
	korch_seal_value plain = *value;
	plain.data = text.data;
	plain.length = text.length;
	code = korch__value_seal(out, core, first_of(core, value), &plain, err);
	korch_seal_clear_free((char *)text.data, text.length);
	return code;
}

static int rewrap(korch_seal_buffer *out, korch__seal_core *core, const korch_seal_value *value,
                  korch_error **err)
{
	const korch__seal_rule *rule = korch__seal_core_find(core, value->key.kind);
	size_t index = 0, n = 0;
	const korch__seal_kek *from = korch__value_find(&index, &n, rule, value),
	                      *to = rule->keys.items[0];
	if (!from || from->type != KORCH__SEAL_ENVELOPE || to->type != KORCH__SEAL_ENVELOPE)
		return reseal(out, core, value, err);
	int code =
	    korch__value_room(out, value->length + strlen(to->prefix) + KORCH__ENVELOPE_MORE, err);
	if (code < 0)
		return code;
	const korch_seal_value body = korch__value_body(from, value);
	const korch__seal_kek *const from_to[] = {from, to};
	out->length = strlen(to->prefix);
	memcpy(out->data, to->prefix, out->length);
	code = korch__envelope_rewrap(out, core, from_to, &body, err);
	if (code < 0) {
		korch__free(out->data);
		return korch__value_fail_open(err, value, from, code);
	}
	return 0;
}

typedef int again_fn(korch_seal_buffer *out, korch__seal_core *core, const korch_seal_value *value,
                     korch_error **err);

static int seal_again(char **out, size_t *length, again_fn *again, korch_sealer *sealer,
                      const korch_seal_value *value, korch_error **err)
{
	korch_seal_buffer buffer = {0};
	if (!out || !length)
		return korch_error_set(err, KORCH_E_INVALID, "no output");
	int code = check(sealer, value, err);
	if (code < 0)
		return code;
	pthread_mutex_lock(&sealer->lock);
	code = again(&buffer, sealer->core, value, err);
	pthread_mutex_unlock(&sealer->lock);
	if (code == 0)
		give(out, length, &buffer);
	return code;
}

int korch_sealer_reseal(char **out, size_t *length, korch_sealer *sealer,
                        const korch_seal_value *value, korch_error **err)
{
	return seal_again(out, length, reseal, sealer, value, err);
}

int korch_sealer_rewrap(char **out, size_t *length, korch_sealer *sealer,
                        const korch_seal_value *value, korch_error **err)
{
	return seal_again(out, length, rewrap, sealer, value, err);
}
