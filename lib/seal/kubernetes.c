/*
 * aesgcm and aescbc as in k8s.io/apiserver/pkg/storage/value/encrypt/aes: nonce or initial vector
 * in front; aesgcm with the object's key in etcd as associated data, aescbc without any.
 */
#include "seal/kubernetes.h"
#include "base/cleanup.h"
#include "base/text.h"
#include <string.h>

/* Resources that do not lie under their plural
 * (k8s.io/kubernetes/pkg/kubeapiserver/default_storage_factory_builder.go). */
static const char *const SPECIAL[][3] = {
    {"", "replicationcontrollers", "controllers"},
    {"", "endpoints", "services/endpoints"},
    {"", "nodes", "minions"},
    {"", "services", "services/specs"},
    {"networking.k8s.io", "ingresses", "ingress"},
};

/* Custom resources lie under their group, as do the two kinds of the servers that add to the API.
 */
static int has_group(const korch_kind *kind)
{
	const char *group = kind->group;
	if (!strchr(group, '.'))
		return !kind->builtin && *group;
	return !kind->builtin || !korch__text_has_suffix(group, ".k8s.io") ||
	       strcmp(group, "apiextensions.k8s.io") == 0 ||
	       strcmp(group, "apiregistration.k8s.io") == 0;
}

static const char *find_special(const korch_kind *kind)
{
	for (size_t i = 0; i < KORCH_COUNT(SPECIAL); i++)
		if (strcmp(SPECIAL[i][0], kind->group) == 0 && strcmp(SPECIAL[i][1], kind->plural) == 0)
			return SPECIAL[i][2];
	return kind->plural;
}

void korch__kubernetes_path(korch_buf *buf, const korch_seal_value *value)
{
	const korch_kind *kind = value->key.kind;
	const char *prefix = korch__text_or_empty(value->store);
	if (*prefix != '/')
		prefix = "/registry";
	size_t n = strlen(prefix);
	while (n > 0 && prefix[n - 1] == '/')
		n--;
	korch__buf_put(buf, prefix, n);
	if (has_group(kind))
		korch__buf_printf(buf, "/%s", kind->group);
	korch__buf_printf(buf, "/%s/", find_special(kind));
	if (value->key.namespace_ && *value->key.namespace_)
		korch__buf_printf(buf, "%s/", value->key.namespace_);
	korch__buf_puts(buf, value->key.name);
}

static int fail_cipher(korch_error **err, int code)
{
	return korch_error_set(err, code, "OpenSSL: %s", korch_code_text(code));
}

int korch__kubernetes_seal(korch_seal_buffer *out, const korch__seal_kek *kek,
                           const korch_seal_value *value, korch_error **err)
{
	_cleanup_(korch__buf_fini) korch_buf path = {0};
	uint8_t *at = out->data + out->length;
	size_t length = value->length + KORCH__GCM_MORE;
	korch__span text = KORCH__SPAN(value->data, value->length);
	int is_gcm = kek->type == KORCH__SEAL_AESGCM;
	korch__kubernetes_path(&path, value);
	if (path.failed)
		return korch_error_set(err, KORCH_E_NOMEM, "%s", korch_code_text(KORCH_E_NOMEM));
	int code = korch__cipher_random(at, is_gcm ? KORCH__GCM_NONCE : KORCH__CBC_BLOCK);
	if (code < 0)
		return fail_cipher(err, code);
	code = is_gcm ? korch__gcm_seal(at, kek->secret, text, KORCH__SPAN(path.data, path.len))
	              : korch__cbc_seal(at, &length, kek->secret, text);
	if (code < 0)
		return fail_cipher(err, code);
	out->length += length;
	return 0;
}

int korch__kubernetes_open(korch_seal_buffer *out, const korch__seal_kek *kek,
                           const korch_seal_value *value, korch_error **err)
{
	_cleanup_(korch__buf_fini) korch_buf path = {0};
	korch__span sealed = KORCH__SPAN(value->data, value->length);
	size_t length = 0;
	int code = 0;
	korch__kubernetes_path(&path, value);
	if (path.failed)
		return korch_error_set(err, KORCH_E_NOMEM, "%s", korch_code_text(KORCH_E_NOMEM));
	if (kek->type == KORCH__SEAL_AESGCM) {
		code = korch__gcm_open(out->data, kek->secret, sealed, KORCH__SPAN(path.data, path.len));
		length = sealed.length - KORCH__GCM_MORE;
	} else {
		code = korch__cbc_open(out->data, &length, kek->secret, sealed);
	}
	if (code == KORCH_E_INVALID)
		return korch_error_set(err, code, "it was changed%s",
		                       kek->type == KORCH__SEAL_AESGCM ? ", or is another object's" : "");
	if (code < 0)
		return fail_cipher(err, code);
	out->length = length;
	return 0;
}
