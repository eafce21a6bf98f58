/* Defaults of Secrets: what was written as text becomes data. */
#include "base/alloc.h"
#include "object/kinds/common.h"
#include "object/kinds/hooks.h"
#include <korch/api/core_config.h>
#include <string.h>

/* Base64 of a text, to be freed with korch__free(); NULL when memory is short. */
static char *encode(const char *text)
{
	static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
	size_t n = strlen(text);
	if (n > SIZE_MAX / 2)
		return NULL;
	char *out = korch__alloc((n + 2) / 3 * 4 + 1);
	if (!out)
		return NULL;
	const unsigned char *in = (const unsigned char *)text;
	char *at = out;
	for (size_t i = 0; i < n; i += 3) {
		uint32_t bits = (uint32_t)in[i] << 16;
		if (i + 1 < n)
			bits |= (uint32_t)in[i + 1] << 8;
		if (i + 2 < n)
			bits |= in[i + 2];
		*at++ = digits[bits >> 18];
		*at++ = digits[bits >> 12 & 63];
		*at++ = i + 1 < n ? digits[bits >> 6 & 63] : '=';
		*at++ = i + 2 < n ? digits[bits & 63] : '=';
	}
	*at = '\0';
	return out;
}

/* A map with the values of `texts` in base64; NULL when memory is short. */
static korch_map *encode_all(const korch_map *texts)
{
	korch_map *map = NULL;
	char **values = korch__calloc(texts->n, sizeof(*values));
	korch_map_entry *pairs = korch__calloc(texts->n, sizeof(*pairs));
	size_t n = 0;
	for (; values && pairs && n < texts->n; n++) {
		values[n] = encode(texts->items[n].value);
		if (!values[n])
			break;
		pairs[n] = (korch_map_entry){texts->items[n].key, values[n]};
	}
	if (values && pairs && n == texts->n)
		map = korch_map_new(pairs, n);
	while (n > 0)
		korch__free(values[--n]);
	korch__free(values);
	korch__free(pairs);
	return map;
}

/* stringData is for writing only: each of its keys replaces that of data. */
int korch__secret_set_defaults(void *self)
{
	korch_secret *secret = self;
	if (!secret->string_data)
		return 0;
	korch_map *encoded = secret->string_data->n > 0 ? encode_all(secret->string_data) : NULL;
	if (secret->string_data->n > 0 && !encoded)
		return KORCH_E_NOMEM;
	int result = korch__map_merge(&secret->data, secret->data, encoded);
	korch_block_unref(encoded);
	if (result < 0)
		return result;
	korch_block_share(&secret->string_data, NULL);
	korch_field_mark(secret, &korch_secret_type, offsetof(korch_secret, string_data), 0);
	return 0;
}
