/*
 * Servers: the one that is talked to, the next one when it fails, how long a failing one is left
 * alone, and what their complaints mean.
 */
#include "base/alloc.h"
#include "base/log.h"
#include "store/etcd/etcd.h"
#include <stdio.h>
#include <string.h>

enum { MESSAGE_MAX = 64 << 20, DOUBLINGS_MAX = 6 };

#define BACK_OFF_US ((korch_usec)50000) /* doubled with each failure, up to 3.2 s */
#define CONNECT_US (2 * KORCH_USEC_PER_SEC)

int korch__etcd_link_init(etcd_link *net, korch_loop *loop, const etcd_config *config)
{
	*net = (etcd_link){.loop = loop, .config = config};
	korch__random_init(&net->random, config->seed);
	net->endpoints = korch__calloc(config->n_endpoints, sizeof(*net->endpoints));
	if (!net->endpoints)
		return KORCH_E_NOMEM;
	for (size_t i = 0; i < config->n_endpoints; i++)
		net->endpoints[i].url = config->endpoints[i];
	return 0;
}

void korch__etcd_link_fini(etcd_link *net)
{
	for (size_t i = 0; net->endpoints && i < net->config->n_endpoints; i++)
		korch__grpc_channel_free(net->endpoints[i].channel);
	korch__free(net->endpoints);
	net->endpoints = NULL;
}

/* A member that sees no leader then says so at once, instead of letting calls wait, or a watch be
 * silent. */
static const char require_leader[] = "hasleader: true";

static int open_channel(etcd_link *net, etcd_endpoint *endpoint)
{
	const etcd_config *config = net->config;
	const korch__grpc_options options = {
	    .target = endpoint->url,
	    .ca_file = config->ca_file,
	    .cert_file = config->cert_file,
	    .key_file = config->key_file,
	    .metadata = require_leader,
	    .connect_timeout_us = config->timeout_us < CONNECT_US ? config->timeout_us : CONNECT_US,
	    .message_max = MESSAGE_MAX,
	};
	return korch__grpc_channel_new(&endpoint->channel, net->loop, &options);
}

int korch__etcd_link_choose(korch__grpc_channel **out, size_t *endpoint, korch_usec *at,
                            etcd_link *net)
{
	size_t n = net->config->n_endpoints, best = net->current;
	korch_usec now = korch_loop_now(net->loop);
	for (size_t i = 0; i < n; i++) {
		size_t candidate = (net->current + i) % n;
		if (net->endpoints[candidate].not_before <= now) {
			best = candidate;
			break;
		}
		if (net->endpoints[candidate].not_before < net->endpoints[best].not_before)
			best = candidate;
	}
	etcd_endpoint *chosen = &net->endpoints[best];
	int r = chosen->channel ? 0 : open_channel(net, chosen);
	if (r < 0)
		return r;
	net->current = best;
	*out = chosen->channel;
	*endpoint = best;
	*at = chosen->not_before > now ? chosen->not_before : now;
	return 0;
}

void korch__etcd_link_good(etcd_link *net, size_t endpoint)
{
	etcd_endpoint *at = &net->endpoints[endpoint];
	if (at->failures > 0)
		korch__log(KORCH_LOG_INFO, "store", "etcd %s: answers again", at->url);
	at->failures = 0;
	at->not_before = 0;
}

void korch__etcd_link_bad(etcd_link *net, size_t endpoint, const char *why)
{
	etcd_endpoint *at = &net->endpoints[endpoint];
	korch_usec now = korch_loop_now(net->loop);
	snprintf(net->text, sizeof(net->text), "%s: %s", at->url, why);
	if (at->not_before > now)
		return; /* one of many calls that failed together */
	if (at->failures == 0)
		korch__log(KORCH_LOG_WARNING, "store", "etcd %s", net->text);
	korch_usec delay = BACK_OFF_US << (at->failures < DOUBLINGS_MAX ? at->failures : DOUBLINGS_MAX);
	at->failures++;
	/* Half of it for sure, half by chance: not everybody comes back at once. */
	at->not_before =
	    now + delay / 2 + (korch_usec)korch__random_below(&net->random, (uint64_t)delay);
	if (net->current == endpoint)
		net->current = (endpoint + 1) % net->config->n_endpoints;
}

/* etcd's complaints, by the words that it has for them. */
static const struct {
	const char *text;
	int code;
} complaints[] = {
    {"has been compacted", KORCH_E_COMPACTED},        {"is a future revision", KORCH_E_INVALID},
    {"requested lease not found", KORCH_E_NOT_FOUND}, {"too many operations", KORCH_E_LIMIT},
    {"request is too large", KORCH_E_LIMIT},          {"larger than max", KORCH_E_LIMIT},
};

int korch__etcd_code(etcd_link *net, size_t endpoint, const korch__grpc_end *end)
{
	if (end->status == KORCH_GRPC_OK)
		return 0;
	if (end->cause == KORCH_GRPC_TOO_BIG)
		return KORCH_E_LIMIT;
	if (end->cause != KORCH_GRPC_SERVER)
		return KORCH_E_IO;
	for (size_t i = 0; i < sizeof(complaints) / sizeof(complaints[0]); i++) {
		if (strstr(end->message, complaints[i].text))
			return complaints[i].code;
	}
	const char *url = net->endpoints[endpoint].url;
	snprintf(net->text, sizeof(net->text), "%s: %s", url, end->message);
	korch__log(KORCH_LOG_WARNING, "store", "etcd %s", net->text);
	return KORCH_E_IO;
}
