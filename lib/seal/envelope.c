/*
 * Envelopes. Behind the prefix: two bytes with the length of the wrapped data key (big endian), the
 * wrapped data key, then nonce, text and tag of AES-256-GCM. A key of ours wraps by AES-256-GCM,
 * too, with its prefix as associated data.
 */
#include "base/buf.h"
#include "base/cleanup.h"
#include "base/text.h"
#include "seal/core.h"
#include <openssl/crypto.h>
#include <string.h>

static int fail_memory(korch_error **err)
{
	return korch_error_set(err, KORCH_E_NOMEM, "%s", korch_code_text(KORCH_E_NOMEM));
}

/* What a callback of the host said, with the name of its key in front. */
static int fail_callback(korch_error **err, const korch__seal_kek *kek, int code, const char *what)
{
	return korch_error_set(err, code < 0 ? code : KORCH_E_INTERNAL,
	                       "key \"%s\" does not %s a data key", kek->name, what);
}

int korch__kek_wrap(korch_seal_buffer *out, const korch__seal_kek *kek, const uint8_t *data_key,
                    korch_error **err)
{
	if (kek->wrap) {
		int code = kek->wrap(kek->userdata, out, data_key, KORCH_SEAL_KEY_BYTES, err);
		if (code != 0)
			return fail_callback(err, kek, code, "wrap");
		if (out->length == 0 || out->length > out->capacity)
			return korch_error_set(err, KORCH_E_LIMIT,
			                       "key \"%s\": %zu bytes of a wrapped data key: must be 1 to %d",
			                       kek->name, out->length, KORCH_SEAL_WRAPPED_MAX);
		return 0;
	}
	out->length = KORCH_SEAL_KEY_BYTES + KORCH__GCM_MORE;
	int code = korch__cipher_random(out->data, KORCH__GCM_NONCE);
	if (code == 0)
		code = korch__gcm_seal(out->data, kek->secret, KORCH__SPAN(data_key, KORCH_SEAL_KEY_BYTES),
		                       KORCH__SPAN(kek->prefix, strlen(kek->prefix)));
	return code < 0 ? fail_callback(err, kek, code, "wrap") : 0;
}

int korch__kek_unwrap(uint8_t *data_key, const korch__seal_kek *kek, korch__span wrapped,
                      korch_error **err)
{
	if (kek->unwrap) {
		korch_seal_buffer out = {data_key, KORCH_SEAL_KEY_BYTES, 0};
		int code = kek->unwrap(kek->userdata, &out, wrapped.data, wrapped.length, err);
		if (code != 0)
			return fail_callback(err, kek, code, "unwrap");
		if (out.length != KORCH_SEAL_KEY_BYTES)
			return korch_error_set(err, KORCH_E_INVALID,
			                       "key \"%s\": %zu bytes of a data key: must be %d", kek->name,
			                       out.length, KORCH_SEAL_KEY_BYTES);
		return 0;
	}
	int code = KORCH_E_INVALID;
	if (wrapped.length == KORCH_SEAL_KEY_BYTES + KORCH__GCM_MORE)
		code = korch__gcm_open(data_key, kek->secret, wrapped,
		                       KORCH__SPAN(kek->prefix, strlen(kek->prefix)));
	if (code == KORCH_E_INVALID)
		return korch_error_set(err, code, "it was changed, or sealed by another key of that name");
	return code < 0 ? fail_callback(err, kek, code, "unwrap") : 0;
}

static uint8_t *secret_of(const korch__seal_core *core, const korch__seal_data_key *data_key)
{
	return korch__seal_core_secrets(core)->data_keys[data_key - core->data_keys];
}

/* Where a key lies until it has a place of its own. */
static uint8_t *secret_on_its_way(const korch__seal_core *core)
{
	return korch__seal_core_secrets(core)->data_keys[KORCH__SEAL_DATA_KEYS];
}

/* Takes the place of a free data key, or of the one that was not used for longest. */
static int keep(korch__seal_data_key **out, korch__seal_core *core, const korch__seal_kek *kek,
                korch__span wrapped)
{
	korch__seal_data_key *place = NULL;
	uint8_t *copy = korch__alloc(wrapped.length);
	if (!copy)
		return KORCH_E_NOMEM;
	memcpy(copy, wrapped.data, wrapped.length);
	for (size_t i = 0; i < KORCH__SEAL_DATA_KEYS; i++) {
		korch__seal_data_key *other = &core->data_keys[i];
		if (other != core->current && (!place || other->used < place->used))
			place = other;
	}
	korch__free(place->wrapped);
	korch__free(place->rewrapped);
	*place = (korch__seal_data_key){.kek = kek, .wrapped = copy, .n_wrapped = wrapped.length};
	place->used = ++core->clock;
	memcpy(secret_of(core, place), secret_on_its_way(core), KORCH_SEAL_KEY_BYTES);
	*out = place;
	return 0;
}

/* The data key for sealing: a new one when there is none, or when it sealed enough. */
static int find_current(korch__seal_data_key **out, korch__seal_core *core,
                        const korch__seal_kek *kek, korch_error **err)
{
	uint8_t wrapped[KORCH_SEAL_WRAPPED_MAX];
	korch_seal_buffer buffer = {wrapped, sizeof(wrapped), 0};
	uint8_t *secret = secret_on_its_way(core);
	if (core->current && core->current->kek == kek &&
	    core->current_uses < KORCH__SEAL_DATA_KEY_USES) {
		*out = core->current;
		return 0;
	}
	if (korch__cipher_random(secret, KORCH_SEAL_KEY_BYTES) < 0)
		return korch_error_set(err, KORCH_E_INTERNAL, "OpenSSL gives no random numbers");
	int code = korch__kek_wrap(&buffer, kek, secret, err);
	if (code == 0 && (code = keep(out, core, kek, KORCH__SPAN(wrapped, buffer.length))) < 0)
		fail_memory(err);
	OPENSSL_cleanse(secret, KORCH_SEAL_KEY_BYTES);
	if (code == 0) {
		core->current = *out;
		core->current_uses = 0;
	}
	return code;
}

static int find_unwrapped(korch__seal_data_key **out, korch__seal_core *core,
                          const korch__seal_kek *kek, korch__span wrapped, korch_error **err)
{
	for (size_t i = 0; i < KORCH__SEAL_DATA_KEYS; i++) {
		korch__seal_data_key *data_key = &core->data_keys[i];
		if (data_key->wrapped && data_key->kek == kek && data_key->n_wrapped == wrapped.length &&
		    memcmp(data_key->wrapped, wrapped.data, wrapped.length) == 0) {
			data_key->used = ++core->clock;
			*out = data_key;
			return 0;
		}
	}
	uint8_t *secret = secret_on_its_way(core);
	int code = korch__kek_unwrap(secret, kek, wrapped, err);
	if (code == 0 && (code = keep(out, core, kek, wrapped)) < 0)
		fail_memory(err);
	OPENSSL_cleanse(secret, KORCH_SEAL_KEY_BYTES);
	return code;
}

/* What the text is bound to: store, group, kind, namespace and name, each behind its length, so
 * that no two places have the same bytes. Versions of one kind are the same object. */
static int write_place(korch_buf *buf, const korch_seal_value *value)
{
	const char *const parts[] = {korch__text_or_empty(value->store), value->key.kind->group,
	                             value->key.kind->name, korch__text_or_empty(value->key.namespace_),
	                             value->key.name};
	korch__buf_puts(buf, KORCH__SEAL_NATIVE);
	for (size_t i = 0; i < KORCH_COUNT(parts); i++) {
		size_t n = strlen(parts[i]);
		for (int shift = 24; shift >= 0; shift -= 8)
			korch__buf_putc(buf, (char)(n >> shift & 0xff));
		korch__buf_put(buf, parts[i], n);
	}
	return buf->failed;
}

static void put_wrapped(korch_seal_buffer *out, korch__span wrapped)
{
	out->data[out->length++] = (uint8_t)(wrapped.length >> 8);
	out->data[out->length++] = (uint8_t)wrapped.length;
	memcpy(out->data + out->length, wrapped.data, wrapped.length);
	out->length += wrapped.length;
}

int korch__envelope_seal(korch_seal_buffer *out, korch__seal_core *core, const korch__seal_kek *kek,
                         const korch_seal_value *value, korch_error **err)
{
	_cleanup_(korch__buf_fini) korch_buf place = {0};
	korch__seal_data_key *data_key = NULL;
	if (write_place(&place, value) < 0)
		return fail_memory(err);
	int code = find_current(&data_key, core, kek, err);
	if (code < 0 || !data_key)
		return code;
	put_wrapped(out, KORCH__SPAN(data_key->wrapped, data_key->n_wrapped));
	core->current_uses++;
	code = korch__cipher_random(out->data + out->length, KORCH__GCM_NONCE);
	if (code == 0)
		code = korch__gcm_seal(
		    out->data + out->length, KORCH__SPAN(secret_of(core, data_key), KORCH_SEAL_KEY_BYTES),
		    KORCH__SPAN(value->data, value->length), KORCH__SPAN(place.data, place.len));
	out->length += value->length + KORCH__GCM_MORE;
	return code < 0 ? korch_error_set(err, code, "OpenSSL: %s", korch_code_text(code)) : 0;
}

/* Cuts what stands behind the prefix. 0 or KORCH_E_INVALID. */
static int cut(korch__span *wrapped, korch__span *sealed, const korch_seal_value *body)
{
	const uint8_t *data = body->data;
	if (body->length < 2)
		return KORCH_E_INVALID;
	size_t n = (size_t)data[0] << 8 | data[1];
	if (n == 0 || n > KORCH_SEAL_WRAPPED_MAX || body->length < 2 + n + KORCH__GCM_MORE)
		return KORCH_E_INVALID;
	*wrapped = KORCH__SPAN(data + 2, n);
	*sealed = KORCH__SPAN(data + 2 + n, body->length - 2 - n);
	return 0;
}

static int open_envelope(korch_seal_buffer *out, korch__seal_data_key **data_key,
                         korch__seal_core *core, const korch__seal_kek *kek,
                         const korch_seal_value *body, korch_error **err)
{
	_cleanup_(korch__buf_fini) korch_buf place = {0};
	korch__span wrapped, sealed;
	if (cut(&wrapped, &sealed, body) < 0)
		return korch_error_set(err, KORCH_E_INVALID, "it is cut off");
	if (write_place(&place, body) < 0)
		return fail_memory(err);
	int code = find_unwrapped(data_key, core, kek, wrapped, err);
	if (code < 0)
		return code;
	code = korch__gcm_open(out->data, KORCH__SPAN(secret_of(core, *data_key), KORCH_SEAL_KEY_BYTES),
	                       sealed, KORCH__SPAN(place.data, place.len));
	if (code < 0)
		return korch_error_set(err, code, "it was changed, or is another object's");
	out->length = sealed.length - KORCH__GCM_MORE;
	return 0;
}

int korch__envelope_open(korch_seal_buffer *out, korch__seal_core *core, const korch__seal_kek *kek,
                         const korch_seal_value *value, korch_error **err)
{
	korch__seal_data_key *data_key = NULL;
	return open_envelope(out, &data_key, core, kek, value, err);
}

/* The data key wrapped by another key: asked for once, as a KMS may be slow. */
static int rewrap_key(korch__seal_data_key *data_key, const korch__seal_core *core,
                      const korch__seal_kek *to, korch_error **err)
{
	uint8_t wrapped[KORCH_SEAL_WRAPPED_MAX];
	korch_seal_buffer buffer = {wrapped, sizeof(wrapped), 0};
	if (data_key->rewrapped)
		return 0;
	int code = korch__kek_wrap(&buffer, to, secret_of(core, data_key), err);
	if (code < 0)
		return code;
	data_key->rewrapped = korch__alloc(buffer.length);
	if (!data_key->rewrapped)
		return fail_memory(err);
	memcpy(data_key->rewrapped, wrapped, buffer.length);
	data_key->n_rewrapped = buffer.length;
	return 0;
}

int korch__envelope_rewrap(korch_seal_buffer *out, korch__seal_core *core,
                           const korch__seal_kek *const from_to[2], const korch_seal_value *value,
                           korch_error **err)
{
	korch__seal_data_key *data_key = NULL;
	korch__span wrapped = {0}, sealed = {0};
	korch_seal_buffer text = {korch__alloc(value->length + 1), value->length, 0};
	if (!text.data)
		return fail_memory(err);
	int code = open_envelope(&text, &data_key, core, from_to[0], value, err);
	korch_seal_clear_free((char *)text.data, text.length);
	if (code == 0 && data_key)
		code = rewrap_key(data_key, core, from_to[1], err);
	if (code < 0 || !data_key || !data_key->rewrapped)
		return code;
	cut(&wrapped, &sealed, value);
	put_wrapped(out, KORCH__SPAN(data_key->rewrapped, data_key->n_rewrapped));
	if (sealed.data)
		memcpy(out->data + out->length, sealed.data, sealed.length);
	out->length += sealed.length;
	return 0;
}
