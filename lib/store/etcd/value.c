/* Objects as values: JSON, sealed where there is a sealer that covers their kind. */
#include "base/cleanup.h"
#include "base/log.h"
#include "store/etcd/etcd.h"
#include "store/sealed.h"
#include <korch/codec.h>
#include <stdlib.h>
#include <string.h>

static void *message_alloc(void *data, size_t size)
{
	(void)data;
	return korch__alloc(size);
}

static void message_free(void *data, void *memory)
{
	(void)data;
	korch__free(memory);
}

ProtobufCAllocator korch__etcd_allocator = {.alloc = message_alloc, .free = message_free};

int korch__etcd_encode(char **out, size_t *length, const etcd_config *config,
                       const korch_object *object)
{
	_cleanup_error_ korch_error *err = NULL;
	char *text = NULL;
	size_t n = 0;
	int r = korch_object_to_json(&text, &n, object, 0);
	if (r < 0)
		return r;
	if (!config->sealer) {
		*out = text;
		*length = n;
		return 0;
	}
	const korch_seal_value value = {
	    .store = config->prefix, .key = korch_object_key(object), .data = text, .length = n};
	r = korch_sealer_seal(out, length, config->sealer, &value, &err);
	if (r < 0)
		korch__log(KORCH_LOG_ERROR, "store", "etcd: cannot seal: %s", korch_error_message(err));
	korch_seal_clear_free(text, n);
	return r;
}

static int complain(ProtobufCBinaryData key, const char *why)
{
	korch__log(KORCH_LOG_ERROR, "store", "etcd: %.*s: %s; it was left as it is", (int)key.len,
	           (const char *)key.data, why);
	return KORCH_E_IO;
}

/* Opens what is sealed. *out is freed with korch_seal_clear_free(). */
static int open_value(char **out, size_t *length, const etcd_config *config,
                      const Korch__Etcd__KeyValue *kv)
{
	_cleanup_error_ korch_error *err = NULL;
	korch_key_copy copy;
	int r = korch__etcd_key_read(&copy, config->prefix, kv->key);
	if (r < 0)
		return r == KORCH_E_NOMEM ? r : complain(kv->key, "not a key of this store");
	const korch_seal_value value = {
	    .store = config->prefix, .key = copy.key, .data = kv->value.data, .length = kv->value.len};
	r = korch_sealer_open(out, length, config->sealer, &value, &err);
	korch__key_copy_fini(&copy);
	return r < 0 && r != KORCH_E_NOMEM ? complain(kv->key, korch_error_message(err)) : r;
}

static int decode(korch_object **out, const char *text, size_t length,
                  const Korch__Etcd__KeyValue *kv, const etcd_config *config)
{
	const korch_decode_options options = {.size = sizeof(options), .max_depth = 2000, .stored = 1};
	korch_object *object = NULL;
	int r = korch_object_from_json(&object, text, length, &options, NULL, NULL);
	if (r < 0)
		return r == KORCH_E_NOMEM ? r : complain(kv->key, "what is stored is no object");
	korch_buf key;
	korch__buf_init(&key, 0);
	korch_key own = korch_object_key(object);
	korch__etcd_key_write(&key, config->prefix, &own);
	r = key.failed;
	if (r == 0 && (key.len != kv->key.len || memcmp(key.data, kv->key.data, key.len) != 0))
		r = complain(kv->key, "another object is stored");
	korch__buf_fini(&key);
	if (r < 0) {
		korch_object_unref(object);
		return r;
	}
	object->revision = (uint64_t)kv->mod_revision;
	*out = object;
	return 0;
}

int korch__etcd_decode(korch_object **out, const etcd_config *config,
                       const Korch__Etcd__KeyValue *kv)
{
	if (!config->sealer) {
		if (korch__is_sealed(kv->value.data, kv->value.len))
			return complain(kv->key, "it is sealed, and the store has no keys: give it a sealer");
		return decode(out, (const char *)kv->value.data, kv->value.len, kv, config);
	}
	char *text = NULL;
	size_t length = 0;
	int r = open_value(&text, &length, config, kv);
	if (r == 0)
		r = decode(out, text, length, kv, config);
	korch_seal_clear_free(text, length);
	return r;
}

int korch__etcd_decode_key(korch_object **out, const etcd_config *config, ProtobufCBinaryData key)
{
	korch_key_copy copy;
	int r = korch__etcd_key_read(&copy, config->prefix, key);
	if (r < 0)
		return r == KORCH_E_NOMEM ? r : complain(key, "not a key of this store");
	r = korch__key_object(out, &copy.key);
	korch__key_copy_fini(&copy);
	return r;
}
