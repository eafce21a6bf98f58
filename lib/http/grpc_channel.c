/* Making and freeing of channels. */
#include "base/cleanup.h"
#include "base/text.h"
#include "http/grpc_internal.h"

enum { MESSAGE_DEFAULT = 4 << 20, CONNECT_DEFAULT_US = 5000000 };

static int set_target(korch__grpc_channel *channel, const char *target)
{
	static const char unix_prefix[] = "unix:";
	if (!target)
		return KORCH_E_INVALID;
	if (korch__text_has_prefix(target, unix_prefix)) {
		const char *path = target + sizeof(unix_prefix) - 1;
		while (path[0] == '/' && path[1] == '/')
			path++;
		channel->socket_path = korch__strdup(path);
		channel->base = korch__strdup("http://localhost");
		if (*path != '/')
			return KORCH_E_INVALID;
		return channel->socket_path && channel->base ? 0 : KORCH_E_NOMEM;
	}
	if (!korch__text_has_prefix(target, "http://") && !korch__text_has_prefix(target, "https://"))
		return KORCH_E_INVALID;
	channel->base = korch__strdup(target);
	return channel->base ? 0 : KORCH_E_NOMEM;
}

static int copy_text(char **out, const char *text)
{
	*out = korch__strdup(text);
	return text && !*out ? KORCH_E_NOMEM : 0;
}

static void set_headers(korch__grpc_channel *channel)
{
	const char *const lines[] = {"content-type: application/grpc", "te: trailers",
	                             "Expect:", channel->metadata};
	size_t n = channel->metadata ? 4 : 3;
	for (size_t i = 0; i < n; i++)
		channel->headers[i] =
		    (struct curl_slist){(char *)lines[i], i + 1 < n ? &channel->headers[i + 1] : NULL};
}

static int set_up(korch__grpc_channel *channel, const korch__grpc_options *options)
{
	TAILQ_INIT(&channel->waiting);
	TAILQ_INIT(&channel->running);
	TAILQ_INIT(&channel->over);
	TAILQ_INIT(&channel->news);
	channel->connect_timeout_us =
	    options->connect_timeout_us ? options->connect_timeout_us : CONNECT_DEFAULT_US;
	channel->message_max = options->message_max ? options->message_max : MESSAGE_DEFAULT;
	channel->idle = korch__calloc(GRPC_RUNNING_MAX, sizeof(CURL *));
	int r = channel->idle ? set_target(channel, options->target) : KORCH_E_NOMEM;
	if (r == 0 && (copy_text(&channel->ca_file, options->ca_file) < 0 ||
	               copy_text(&channel->cert_file, options->cert_file) < 0 ||
	               copy_text(&channel->key_file, options->key_file) < 0 ||
	               copy_text(&channel->metadata, options->metadata) < 0))
		r = KORCH_E_NOMEM;
	set_headers(channel);
	if (r == 0)
		r = korch_timer_new(&channel->turn, channel->loop, korch__grpc_on_turn, channel);
	if (r == 0)
		r = korch_timer_new(&channel->late, channel->loop, korch__grpc_on_late, channel);
	return r;
}

int korch__grpc_channel_new(korch__grpc_channel **out, korch_loop *loop,
                            const korch__grpc_options *options)
{
	if (!korch__curl() || korch_loop_is_virtual(loop))
		return KORCH_E_UNSUPPORTED;
	korch__grpc_channel *channel = korch__calloc(1, sizeof(*channel));
	if (!channel)
		return KORCH_E_NOMEM;
	channel->loop = loop;
	int r = set_up(channel, options);
	if (r < 0) {
		korch__grpc_channel_free(channel);
		return r;
	}
	*out = channel;
	return 0;
}

void korch__grpc_channel_free(korch__grpc_channel *channel)
{
	korch__grpc_call *call;
	if (!channel)
		return;
	while ((call = TAILQ_FIRST(&channel->waiting)) || (call = TAILQ_FIRST(&channel->running)) ||
	       (call = TAILQ_FIRST(&channel->over)))
		korch__grpc_call_free(call);
	if (channel->is_gone)
		*channel->is_gone = 1;
	korch__grpc_idle_free(channel);
	korch__curl_multi_end(&channel->multi);
	korch_timer_free(channel->turn);
	korch_timer_free(channel->late);
	korch__free(channel->idle);
	korch__free(channel->base);
	korch__free(channel->socket_path);
	korch__free(channel->ca_file);
	korch__free(channel->cert_file);
	korch__free(channel->key_file);
	korch__free(channel->metadata);
	korch__free(channel);
}
