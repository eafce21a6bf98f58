/* Providers of an EncryptionConfiguration and their keys. */
#include "base/text.h"
#include "seal/configuration.h"
#include <string.h>

enum { PROVIDERS_MAX = 256 };

int korch__seal_fail_add(const korch__seal_reading *self, const korch__spot *spot, int code)
{
	if (code != KORCH_E_LIMIT)
		return korch__config_nomem(&self->config);
	return korch__config_fail(&self->config, spot, code, "more than %d keys or %d resources",
	                          KORCH_SEAL_KEYS_MAX, KORCH_SEAL_RESOURCES_MAX);
}

/* The bytes of a secret; nothing of it is ever shown. */
static int read_secret(const korch__seal_reading *self, const korch__spot *key,
                       korch__seal_kek *kek)
{
	korch__spot spot = korch__spot_field(key, "secret");
	const char *text = NULL;
	size_t length = 0;
	int code = korch__config_text(&text, &self->config, &spot);
	if (code < 0)
		return code;
	if (!text || !*text)
		return korch__config_fail(&self->config, &spot, KORCH_E_INVALID,
		                          "Required value: secret is a mandatory field for a key");
	korch__span secret = korch__mask_find(&self->mask, text);
	if (!secret.data)
		secret = KORCH__SPAN(text, strlen(text));
	uint8_t *room = korch__seal_core_room(self->core);
	const char *fault = korch__secret_base64(room, &length, secret);
	if (fault)
		return korch__config_fail(&self->config, &spot, KORCH_E_INVALID,
		                          "Invalid value: \"REDACTED\": %s", fault);
	if (length != 16 && length != 24 && length != 32)
		return korch__config_fail(
		    &self->config, &spot, KORCH_E_INVALID,
		    "Invalid value: \"REDACTED\": secret is not of the expected length, "
		    "got %zu, expected one of [16 24 32]",
		    length);
	kek->secret = KORCH__SPAN(room, length);
	return 0;
}

static int read_key(const korch__seal_reading *self, const korch__spot *key, korch__seal_type type,
                    korch__kek_list *keks)
{
	static const char *const FIELDS[] = {"name", "secret", NULL};
	korch__spot spot = korch__spot_field(key, "name");
	korch__seal_kek *kek = NULL;
	const char *name = NULL;
	int code = korch__config_fields(&self->config, key, FIELDS);
	if (code == 0)
		code = korch__config_text(&name, &self->config, &spot);
	if (code < 0)
		return code;
	if (!name || !*name)
		return korch__config_fail(&self->config, &spot, KORCH_E_INVALID,
		                          "Required value: name is a mandatory field for a key");
	if (korch__mask_is_in(name))
		return korch__config_fail(&self->config, &spot, KORCH_E_INVALID,
		                          "Invalid value: a name cannot contain \"secret:\"");
	if (strlen(name) > KORCH__SEAL_NAME_MAX)
		return korch__config_fail(&self->config, &spot, KORCH_E_LIMIT, "%zu bytes, at most %d",
		                          strlen(name), KORCH__SEAL_NAME_MAX);
	code = korch__seal_core_add_kek(&kek, self->core, type, name);
	if (code < 0)
		return korch__seal_fail_add(self, key, code);
	code = read_secret(self, key, kek);
	if (code == 0 && korch__vec_push(keks, (const korch__seal_kek *)kek) < 0)
		code = korch__config_nomem(&self->config);
	return code;
}

static int read_aes(const korch__seal_reading *self, const korch__spot *provider,
                    korch__seal_type type, korch__kek_list *keks)
{
	static const char *const FIELDS[] = {"keys", NULL};
	korch__spot keys = korch__spot_field(provider, "keys");
	int code = korch__config_fields(&self->config, provider, FIELDS);
	if (code < 0)
		return code;
	int64_t n = korch__config_count(&self->config, &keys, KORCH_SEAL_KEYS_MAX);
	if (n == 0)
		return korch__config_fail(&self->config, &keys, KORCH_E_INVALID,
		                          "Required value: at least one keys is required");
	for (int64_t i = 0; i < n; i++) {
		korch__spot key = korch__spot_item(&keys, (size_t)i);
		code = read_key(self, &key, type, keks);
		if (code < 0)
			return code;
	}
	return n < 0 ? (int)n : 0;
}

static int read_identity(const korch__seal_reading *self, const korch__spot *provider,
                         korch__kek_list *keks)
{
	static const char *const FIELDS[] = {NULL};
	korch__seal_kek *kek = NULL;
	int code = korch__config_fields(&self->config, provider, FIELDS);
	if (code < 0)
		return code;
	code = korch__seal_core_add_kek(&kek, self->core, KORCH__SEAL_IDENTITY, "");
	if (code < 0)
		return korch__seal_fail_add(self, provider, code);
	return korch__vec_push(keks, (const korch__seal_kek *)kek) < 0
	           ? korch__config_nomem(&self->config)
	           : 0;
}

/* What stands under a name; absent and null are the same, as they are to an API server. */
static int read_named(const korch__seal_reading *self, const korch__spot *spot, size_t name,
                      korch__kek_list *keks)
{
	switch (name) {
	case 0:
		return read_aes(self, spot, KORCH__SEAL_AESGCM, keks);
	case 1:
		return read_aes(self, spot, KORCH__SEAL_AESCBC, keks);
	case 2:
		return read_identity(self, spot, keks);
	case 3:
		return korch__config_fail(
		    &self->config, spot, KORCH_E_UNSUPPORTED,
		    "secretbox is not supported: OpenSSL has no XSalsa20-Poly1305 (its ChaCha20-Poly1305 "
		    "is "
		    "another cipher); use aesgcm, or re-encrypt with an API server first");
	default:
		return korch__config_fail(&self->config, spot, KORCH_E_UNSUPPORTED,
		                          "kms is not supported in a file: give a KMS as callbacks "
		                          "(korch_seal_key.wrap, unwrap)");
	}
}

static int read_provider(const korch__seal_reading *self, const korch__spot *spot,
                         korch__kek_list *keks)
{
	static const char *const FIELDS[] = {"aesgcm", "aescbc", "identity", "secretbox", "kms", NULL};
	size_t found = 0, n = 0;
	int code = korch__config_fields(&self->config, spot, FIELDS);
	if (code < 0)
		return code;
	for (size_t i = 0; FIELDS[i]; i++) {
		if (korch__spot_field(spot, FIELDS[i]).node) {
			found = i;
			n++;
		}
	}
	if (n != 1)
		return korch__config_fail(
		    &self->config, spot, KORCH_E_INVALID,
		    n ? "Invalid value: more than one provider specified in a single element, should split "
		        "into different list elements"
		      : "Invalid value: must be one of aesgcm, aescbc, identity (written \"identity: "
		        "{}\")");
	korch__spot provider = korch__spot_field(spot, FIELDS[found]);
	return read_named(self, &provider, found, keks);
}

int korch__seal_read_providers(const korch__seal_reading *self, const korch__spot *entry,
                               korch__kek_list *keks)
{
	korch__spot spot = korch__spot_field(entry, "providers");
	int64_t n = korch__config_count(&self->config, &spot, PROVIDERS_MAX);
	if (n == 0)
		return korch__config_fail(&self->config, &spot, KORCH_E_INVALID,
		                          "Required value: at least one provider is required");
	for (int64_t i = 0; i < n; i++) {
		korch__spot provider = korch__spot_item(&spot, (size_t)i);
		int code = read_provider(self, &provider, keks);
		if (code < 0)
			return code;
	}
	return n < 0 ? (int)n : 0;
}
