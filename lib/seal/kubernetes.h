/* Values as an API server with an EncryptionConfiguration writes them to etcd. */
#ifndef KORCH_SEAL_KUBERNETES_H
#define KORCH_SEAL_KUBERNETES_H

#include "base/buf.h"
#include "seal/core.h"

/*
 * The key of an object in an API server's etcd, to which aesgcm binds:
 * "/registry/secrets/default/x". Check buf->failed.
 */
void korch__kubernetes_path(korch_buf *buf, const korch_seal_value *value);

/* Bytes that these may add. */
#define KORCH__KUBERNETES_MORE KORCH__CBC_MORE
/* Appends to out. kek is aesgcm or aescbc. */
int korch__kubernetes_seal(korch_seal_buffer *out, const korch__seal_kek *kek,
                           const korch_seal_value *value, korch_error **err);
/* value: what stands behind the prefix; out has room for value->length bytes. */
int korch__kubernetes_open(korch_seal_buffer *out, const korch__seal_kek *kek,
                           const korch_seal_value *value, korch_error **err);

#endif
