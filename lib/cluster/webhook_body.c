/* What webhooks are sent: Flagger's payload. */
#include "base/buf.h"
#include "base/text.h"
#include "cluster/webhook.h"
#include "object/json.h"
#include <string.h>

/* Longest payload. */
#define BODY_MAX 65536

static void put_text(korch_buf *buf, const char *key, const char *value)
{
	korch__buf_printf(buf, "%s\"%s\":", buf->data && buf->data[buf->len - 1] != '{' ? "," : "",
	                  key);
	korch__json_write_string(buf, korch__text_or_empty(value), strlen(korch__text_or_empty(value)));
}

static void put_head(korch_buf *buf, const korch_flagger_canary *canary,
                     const korch_flagger_webhook *hook)
{
	const korch_flagger_canary_status *status = canary->status;
	korch__buf_init(buf, BODY_MAX);
	korch__buf_putc(buf, '{');
	put_text(buf, "name", korch_object_name(&canary->object));
	put_text(buf, "namespace", korch_object_namespace(&canary->object));
	put_text(buf, "phase", status ? status->phase : NULL);
	put_text(buf, "type", hook->type && *hook->type ? hook->type : "rollout");
}

static void put_counts(korch_buf *buf, const korch_flagger_canary_status *status)
{
	korch__buf_printf(buf, ",\"failedChecks\":%d,\"canaryWeight\":%d,\"iterations\":%d",
	                  status ? status->failed_checks : 0, status ? status->canary_weight : 0,
	                  status ? status->iterations : 0);
}

static void put_metadata(korch_buf *buf, const korch_map *metadata)
{
	for (size_t i = 0; metadata && i < metadata->n; i++) {
		if (buf->data && buf->data[buf->len - 1] != '{')
			korch__buf_putc(buf, ',');
		korch__json_write_string(buf, metadata->items[i].key, strlen(metadata->items[i].key));
		korch__buf_putc(buf, ':');
		const char *value = korch__text_or_empty(metadata->items[i].value);
		korch__json_write_string(buf, value, strlen(value));
	}
}

static char *finish(korch_buf *buf)
{
	korch__buf_puts(buf, "}}");
	char *text = korch__buf_steal(buf);
	korch__buf_fini(buf);
	return text;
}

char *korch__webhook_body(const korch_flagger_canary *canary, const korch_flagger_webhook *hook,
                          const char *checksum)
{
	korch_buf buf;
	put_head(&buf, canary, hook);
	put_text(&buf, "checksum", checksum);
	put_counts(&buf, canary->status);
	korch__buf_puts(&buf, ",\"metadata\":{");
	put_metadata(&buf, hook->metadata);
	return finish(&buf);
}

char *korch__webhook_event_body(const korch_flagger_canary *canary,
                                const korch_flagger_webhook *hook, const char *type,
                                const char *message, korch_usec at)
{
	korch_buf buf;
	put_head(&buf, canary, hook);
	put_counts(&buf, canary->status);
	korch__buf_puts(&buf, ",\"metadata\":{");
	put_metadata(&buf, hook->metadata);
	put_text(&buf, "eventMessage", message);
	put_text(&buf, "eventType", type);
	/* milliseconds since 1970, as text */
	korch__buf_printf(&buf, ",\"timestamp\":\"%lld\"", (long long)(at / 1000));
	return finish(&buf);
}
