/* What an etcd store is opened with: checked, copied, and read from a URL. */
#include "base/cleanup.h"
#include "base/text.h"
#include "store/etcd/etcd.h"
#include <string.h>

enum {
	ENDPOINTS_MAX = 64,
	PREFIX_MAX = 253, /* it is the store's name to a sealer */
	TXN_OPS_DEFAULT = 128,
	PAGE_DEFAULT = 2000,
	PAGE_MAX = 100000,
	TIMEOUT_MIN_US = 1000,
	REQUEST_DEFAULT = 1572864,
};

#define TIMEOUT_DEFAULT_US (5 * KORCH_USEC_PER_SEC)
#define COMPACT_DEFAULT_US (300 * KORCH_USEC_PER_SEC)
#define COMPACT_MIN_US (10 * KORCH_USEC_PER_MSEC)
#define COMPACT_MAX_US (366 * 86400 * KORCH_USEC_PER_SEC)
#define TIMEOUT_MAX_US (3600 * KORCH_USEC_PER_SEC)

static const char default_prefix[] = "/korch/";

static int add_endpoint(etcd_config *config, const char *scheme, const char *host, size_t length,
                        korch_error **err)
{
	static const char letters[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"
	                              "-._~:[]%";
	if (length == 0 || strspn(host, letters) < length)
		return korch_error_set(err, KORCH_E_INVALID, "store etcd: \"%.*s\" is no HOST:PORT",
		                       (int)length, host);
	if (config->n_endpoints == ENDPOINTS_MAX)
		return korch_error_set(err, KORCH_E_LIMIT, "store etcd: more than %d endpoints",
		                       ENDPOINTS_MAX);
	/* The port's colon stands behind an IPv6 address' bracket. */
	const char *colon = memrchr(host, ':', length), *bracket = memrchr(host, ']', length);
	int has_port = colon && (!bracket || colon > bracket);
	char *url = korch__sprintf("%s://%.*s%s", scheme, (int)length, host, has_port ? "" : ":2379");
	if (!url)
		return korch_error_set(err, KORCH_E_NOMEM, "store etcd: out of memory");
	config->endpoints[config->n_endpoints++] = url;
	return 0;
}

/* "http://HOST:PORT", without anything behind. */
static int add_given(etcd_config *config, const char *endpoint, korch_error **err)
{
	const char *text = korch__text_or_empty(endpoint);
	const char *host = strstr(text, "://");
	int is_plain = korch__text_has_prefix(text, "http://");
	if (!is_plain && !korch__text_has_prefix(text, "https://"))
		return korch_error_set(err, KORCH_E_INVALID,
		                       "store etcd: endpoint \"%s\" is no http://HOST:PORT", text);
	host += strlen("://");
	return add_endpoint(config, is_plain ? "http" : "https", host, strlen(host), err);
}

/* "etcd://HOST:PORT[,HOST:PORT…][/PREFIX]"; *path is what begins with "/". */
static int read_url(etcd_config *config, const char **path, const char *url, korch_error **err)
{
	const char *scheme = korch__text_has_prefix(url, "etcd://")    ? "http"
	                     : korch__text_has_prefix(url, "etcds://") ? "https"
	                                                               : NULL;
	if (!scheme)
		return korch_error_set(err, KORCH_E_INVALID,
		                       "store etcd: \"%s\" is no etcd://HOST:PORT[,…][/PREFIX]", url);
	const char *at = strstr(url, "://") + strlen("://");
	*path = strchrnul(at, '/');
	for (;;) {
		size_t length = strcspn(at, ",/");
		int r = add_endpoint(config, scheme, at, length, err);
		if (r < 0)
			return r;
		at += length;
		if (*at++ != ',')
			return 0;
	}
}

static int set_prefix(etcd_config *config, const char *prefix, korch_error **err)
{
	prefix = prefix && *prefix && strcmp(prefix, "/") != 0 ? prefix : default_prefix;
	size_t n = strlen(prefix);
	for (size_t i = 0; i < n; i++) {
		if ((unsigned char)prefix[i] <= ' ' || prefix[i] == 127)
			return korch_error_set(err, KORCH_E_INVALID,
			                       "store etcd: a prefix has no spaces or control characters");
	}
	int is_ended = n > 0 && prefix[n - 1] == '/';
	if (n + !is_ended > PREFIX_MAX)
		return korch_error_set(err, KORCH_E_LIMIT, "store etcd: a prefix has at most %d bytes",
		                       PREFIX_MAX);
	config->prefix = korch__sprintf("%s%s", prefix, is_ended ? "" : "/");
	return config->prefix ? 0 : korch_error_set(err, KORCH_E_NOMEM, "store etcd: out of memory");
}

static int copy_file(char **out, const char *file, korch_error **err)
{
	*out = korch__strdup(file);
	return file && !*out ? korch_error_set(err, KORCH_E_NOMEM, "store etcd: out of memory") : 0;
}

static int set_files(etcd_config *config, const korch_store_etcd_options *options,
                     korch_error **err)
{
	if (!options->cert_file != !options->key_file)
		return korch_error_set(err, KORCH_E_INVALID,
		                       "store etcd: a certificate needs its key, and the other way round");
	int r = copy_file(&config->ca_file, options->ca_file, err);
	if (r == 0)
		r = copy_file(&config->cert_file, options->cert_file, err);
	if (r == 0)
		r = copy_file(&config->key_file, options->key_file, err);
	return r;
}

static int set_numbers(etcd_config *config, const korch_store_etcd_options *options,
                       korch_error **err)
{
	config->timeout_us = options->timeout_us ? options->timeout_us : TIMEOUT_DEFAULT_US;
	config->compact_us = options->compact_us ? options->compact_us : COMPACT_DEFAULT_US;
	config->txn_ops = options->txn_ops ? options->txn_ops : TXN_OPS_DEFAULT;
	config->request_max = options->request_max ? options->request_max : REQUEST_DEFAULT;
	config->page = options->page ? options->page : PAGE_DEFAULT;
	config->seed = options->seed ? options->seed : korch__random_seed_from_system();
	if (config->compact_us != KORCH_USEC_NEVER &&
	    (config->compact_us < COMPACT_MIN_US || config->compact_us > COMPACT_MAX_US))
		return korch_error_set(err, KORCH_E_INVALID,
		                       "store etcd: history is kept for 10 ms to 366 days, or for ever");
	if (config->timeout_us < TIMEOUT_MIN_US || config->timeout_us > TIMEOUT_MAX_US ||
	    config->txn_ops > KORCH_STORE_WRITES_MAX || config->page > PAGE_MAX)
		return korch_error_set(err, KORCH_E_INVALID,
		                       "store etcd: a time, a number of writes or a page out of range");
	return 0;
}

static int set_all(etcd_config *config, const korch_store_etcd_options *options, korch_error **err)
{
	const char *prefix = options->prefix, *path = "";
	int r = 0;
	config->endpoints = korch__calloc(ENDPOINTS_MAX, sizeof(char *));
	if (!config->endpoints)
		return korch_error_set(err, KORCH_E_NOMEM, "store etcd: out of memory");
	if (options->url)
		r = read_url(config, &path, options->url, err);
	for (size_t i = 0; r == 0 && i < options->n_endpoints; i++)
		r = add_given(config, options->endpoints[i], err);
	if (r == 0 && config->n_endpoints == 0)
		r = korch_error_set(err, KORCH_E_INVALID, "store etcd: no endpoint is given");
	if (r == 0)
		r = set_prefix(config, prefix ? prefix : path, err);
	if (r == 0)
		r = set_files(config, options, err);
	if (r == 0)
		r = set_numbers(config, options, err);
	config->sealer = options->sealer;
	return r;
}

int korch__etcd_config_init(etcd_config *out, const korch_store_etcd_options *options,
                            korch_error **err)
{
	*out = (etcd_config){0};
	if (!options || options->size != sizeof(*options))
		return korch_error_set(err, KORCH_E_INVALID, "store etcd: options of the known size");
	int r = set_all(out, options, err);
	if (r < 0)
		korch__etcd_config_fini(out);
	return r;
}

void korch__etcd_config_fini(etcd_config *config)
{
	for (size_t i = 0; i < config->n_endpoints; i++)
		korch__free(config->endpoints[i]);
	korch__free(config->endpoints);
	korch__free(config->prefix);
	korch__free(config->ca_file);
	korch__free(config->cert_file);
	korch__free(config->key_file);
	*config = (etcd_config){0};
}
