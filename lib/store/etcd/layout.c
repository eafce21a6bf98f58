/*
 * Keys in etcd: PREFIX GROUP!/KIND!/VERSION!/NAMESPACE!/NAME. Keys sort by bytes there, and have to
 * sort as korch_key_compare() sorts them, part by part: a namespace before a longer one, though "-"
 * and "." are less than "/". So a part ends with "!", which is less than all but a space; these two
 * are written as "!1" and "!0" where they occur in a part.
 */
#include "base/cleanup.h"
#include "base/text.h"
#include "store/etcd/etcd.h"
#include <string.h>

static void write_part(korch_buf *buf, const char *text)
{
	for (; *text; text++) {
		if (*text == '!')
			korch__buf_puts(buf, "!1");
		else if (*text == ' ')
			korch__buf_puts(buf, "!0");
		else
			korch__buf_putc(buf, *text);
	}
}

void korch__etcd_key_write_prefix(korch_buf *buf, const char *prefix, const korch_kind *kind,
                                  const char *namespace_)
{
	korch__buf_puts(buf, prefix);
	const char *parts[] = {kind ? kind->group : NULL, kind ? kind->name : NULL,
	                       kind ? kind->version : NULL, kind ? namespace_ : NULL};
	for (size_t i = 0; i < KORCH_COUNT(parts) && parts[i]; i++) {
		write_part(buf, parts[i]);
		korch__buf_puts(buf, "!/");
	}
}

void korch__etcd_key_write(korch_buf *buf, const char *prefix, const korch_key *key)
{
	korch__etcd_key_write_prefix(buf, prefix, key->kind, korch__text_or_empty(key->namespace_));
	write_part(buf, key->name);
}

void korch__etcd_key_write_end(korch_buf *buf, const korch_buf *prefix)
{
	/* A prefix of ours ends with "/". */
	korch__buf_put(buf, prefix->data, prefix->len);
	if (!buf->failed)
		buf->data[buf->len - 1]++;
}

/* Back to the text of lib/store/key.h. */
static int unescape(korch_buf *out, const char *at, size_t n)
{
	static const char from[] = "/01", to[] = "/ !";
	for (size_t i = 0; i < n; i++) {
		const char *escaped =
		    at[i] == '!' && i + 1 < n && at[i + 1] ? strchr(from, at[i + 1]) : NULL;
		if ((unsigned char)at[i] < ' ' || at[i] == '/' || (at[i] == '!' && !escaped))
			return KORCH_E_INVALID;
		korch__buf_putc(out, escaped ? to[escaped - from] : at[i]);
		i += escaped != NULL;
	}
	return out->failed;
}

int korch__etcd_key_read(korch_key_copy *out, const char *prefix, ProtobufCBinaryData key)
{
	size_t n = strlen(prefix);
	korch_buf text;
	if (key.len <= n || memcmp(key.data, prefix, n) != 0)
		return KORCH_E_INVALID;
	korch__buf_init(&text, 0);
	korch__buf_puts(&text, "/registry/");
	int r = unescape(&text, (const char *)key.data + n, key.len - n);
	if (r == 0)
		r = korch__key_parse(out, text.data, '/');
	korch__buf_fini(&text);
	return r;
}

ProtobufCBinaryData korch__etcd_bytes(const korch_buf *buf)
{
	return (ProtobufCBinaryData){.len = buf->len, .data = (uint8_t *)buf->data};
}
