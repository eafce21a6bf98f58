/* The etcd store without an etcd: keys, options, values. */
#include "base/cleanup.h"
#include "store/etcd/etcd.h"
#include "unit.h"
#include <korch/api.h>
#include <korch/log.h>
#include <stdio.h>
#include <string.h>

static ProtobufCBinaryData bytes_of(const char *text)
{
	return (ProtobufCBinaryData){strlen(text), (uint8_t *)text};
}

START_TEST(keys)
{
	korch_buf buf;
	korch__buf_init(&buf, 0);
	korch__etcd_key_write(&buf, "/korch/", &(korch_key){&korch_deployment_kind, "shop", "web"});
	ck_assert_str_eq(buf.data, "/korch/apps!/Deployment!/v1!/shop!/web");
	korch__buf_reset(&buf);
	korch__etcd_key_write(&buf, "/korch/", &(korch_key){&korch_node_kind, NULL, "a b!"});
	ck_assert_str_eq(buf.data, "/korch/!/Node!/v1!/!/a!0b!1");
	korch__buf_reset(&buf);
	korch__etcd_key_write_prefix(&buf, "/x/", &korch_pod_kind, "shop");
	ck_assert_str_eq(buf.data, "/x/!/Pod!/v1!/shop!/");
	korch_buf end;
	korch__buf_init(&end, 0);
	korch__etcd_key_write_end(&end, &buf);
	ck_assert_str_eq(end.data, "/x/!/Pod!/v1!/shop!0");
	korch__buf_fini(&buf);
	korch__buf_fini(&end);
}
END_TEST

START_TEST(keys_that_are_not_ours)
{
	static const char *const bad[] = {"/korch/",
	                                  "/other/!/Pod!/v1!/shop!/a",
	                                  "/korch/pods/shop/a",
	                                  "/korch/!/Pod!/v1!/shop!/",
	                                  "/korch/!/Pod!/v1!/shop",
	                                  "/korch/!/Pod!/v1!/shop!/a!/b",
	                                  "/korch/!/Pod!/v1!/shop!/a/b",
	                                  "/korch/!/Pod!/v1!/shop!/a!",
	                                  "/korch/!/Pod!/v1!/shop!/a!2",
	                                  "/korch/!/Pod!/v1!/shop!/a\n"};
	korch_key_copy copy;
	for (size_t i = 0; i < KORCH_COUNT(bad); i++)
		ck_assert_msg(korch__etcd_key_read(&copy, "/korch/", bytes_of(bad[i])) == KORCH_E_INVALID,
		              "%s", bad[i]);
}
END_TEST

/* Any two keys sort as their texts do, and are read back. */
START_TEST(order)
{
	static const char *const parts[] = {"",    " ",  " a", "!",  "!a", "-",
	                                    ".",   "a",  "a ", "a!", "a-", "a-1",
	                                    "a.b", "a0", "a1", "aa", "a~", "\xc3\xa4"};
	enum { N = KORCH_COUNT(parts) };
	korch_buf texts[N * N];
	korch_key all[N * N];
	size_t n = 0;
	for (size_t i = 0; i < N; i++) {
		for (size_t k = 1; k < N; k++, n++) {
			korch_key_copy copy;
			all[n] = (korch_key){&korch_pod_kind, parts[i], parts[k]};
			korch__buf_init(&texts[n], 0);
			korch__etcd_key_write(&texts[n], "/k/", &all[n]);
			ck_assert_int_eq(korch__etcd_key_read(&copy, "/k/", korch__etcd_bytes(&texts[n])), 0);
			ck_assert_int_eq(korch_key_compare(&copy.key, &all[n]), 0);
			korch__key_copy_fini(&copy);
		}
	}
	for (size_t i = 0; i < n; i++) {
		for (size_t k = 0; k < n; k++) {
			int by_key = korch_key_compare(&all[i], &all[k]);
			int by_text = strcmp(texts[i].data, texts[k].data);
			ck_assert_msg((by_key > 0) - (by_key < 0) == (by_text > 0) - (by_text < 0), "%s and %s",
			              texts[i].data, texts[k].data);
		}
	}
	while (n > 0)
		korch__buf_fini(&texts[--n]);
}
END_TEST

/* Options */

static void expect_url(const char *url, const char *endpoints, const char *prefix)
{
	const korch_store_etcd_options options = {.size = sizeof(options), .url = url};
	etcd_config config;
	char text[256] = "";
	ck_assert_int_eq(korch__etcd_config_init(&config, &options, NULL), 0);
	for (size_t i = 0; i < config.n_endpoints; i++)
		snprintf(text + strlen(text), sizeof(text) - strlen(text), "%s ", config.endpoints[i]);
	ck_assert_str_eq(text, endpoints);
	ck_assert_str_eq(config.prefix, prefix);
	korch__etcd_config_fini(&config);
}

START_TEST(urls)
{
	expect_url("etcd://a", "http://a:2379 ", "/korch/");
	expect_url("etcd://a/", "http://a:2379 ", "/korch/");
	expect_url("etcd://a:1/shop", "http://a:1 ", "/shop/");
	expect_url("etcd://a:1,b,10.0.0.1:3/shop/one/", "http://a:1 http://b:2379 http://10.0.0.1:3 ",
	           "/shop/one/");
	expect_url("etcds://[::1],[fe80::1%eth0]:4", "https://[::1]:2379 https://[fe80::1%eth0]:4 ",
	           "/korch/");
}
END_TEST

START_TEST(urls_that_are_none)
{
	static const char *const bad[] = {"",          "etcd:",      "etcd://",
	                                  "etcd://,a", "etcd://a,",  "etcd://a?b",
	                                  "http://a",  "etcd://u@a", "etcd://a/b c"};
	etcd_config config;
	for (size_t i = 0; i < KORCH_COUNT(bad); i++) {
		const korch_store_etcd_options options = {.size = sizeof(options), .url = bad[i]};
		_cleanup_error_ korch_error *err = NULL;
		ck_assert_msg(korch__etcd_config_init(&config, &options, &err) == KORCH_E_INVALID, "%s",
		              bad[i]);
		ck_assert_int_eq(strncmp(korch_error_message(err), "store etcd: ", 12), 0);
	}
}
END_TEST

START_TEST(limits)
{
	char prefix[300];
	const char *endpoints[65];
	etcd_config config;
	memset(prefix, 'a', sizeof(prefix));
	prefix[299] = '\0';
	for (int i = 0; i < 65; i++)
		endpoints[i] = "http://a:1";
	korch_store_etcd_options options = {
	    .size = sizeof(options), .endpoints = endpoints, .n_endpoints = 65};
	ck_assert_int_eq(korch__etcd_config_init(&config, &options, NULL), KORCH_E_LIMIT);
	options.n_endpoints = 64;
	ck_assert_int_eq(korch__etcd_config_init(&config, &options, NULL), 0);
	korch__etcd_config_fini(&config);
	options.prefix = prefix;
	ck_assert_int_eq(korch__etcd_config_init(&config, &options, NULL), KORCH_E_LIMIT);
	options.prefix = NULL;
	options.txn_ops = KORCH_STORE_WRITES_MAX + 1;
	ck_assert_int_eq(korch__etcd_config_init(&config, &options, NULL), KORCH_E_INVALID);
	options.txn_ops = 0;
	options.timeout_us = 1;
	ck_assert_int_eq(korch__etcd_config_init(&config, &options, NULL), KORCH_E_INVALID);
	options.timeout_us = 0;
	options.page = 1000000;
	ck_assert_int_eq(korch__etcd_config_init(&config, &options, NULL), KORCH_E_INVALID);
	options.size--;
	ck_assert_int_eq(korch__etcd_config_init(&config, &options, NULL), KORCH_E_INVALID);
}
END_TEST

/* Values */

static char last_line[1024];

static void on_line(void *userdata, int level, const char *area, const char *message)
{
	(void)userdata;
	(void)level;
	(void)area;
	snprintf(last_line, sizeof(last_line), "%s", message);
}

START_TEST(values_that_are_none)
{
	static const struct {
		const char *value, *line;
	} rows[] = {
	    {"", "what is stored is no object"},
	    {"junk", "what is stored is no object"},
	    {"{\"apiVersion\":\"v1\",\"kind\":\"Pod\",\"metadata\":{\"name\":\"b\",\"namespace\":\"s\"}"
	     "}",
	     "another object is stored"},
	    {"k8s:enc:aesgcm:v1:k:", "it is sealed, and the store has no keys: give it a sealer"},
	    {"korch:seal:v1:k:", "it is sealed, and the store has no keys: give it a sealer"},
	};
	static char prefix[] = "/k/";
	const etcd_config config = {.prefix = prefix};
	char expected[256];
	korch_log_set(KORCH_LOG_ERROR, on_line, NULL, NULL);
	for (size_t i = 0; i < KORCH_COUNT(rows); i++) {
		Korch__Etcd__KeyValue kv = KORCH__ETCD__KEY_VALUE__INIT;
		korch_object *none = NULL;
		kv.key = bytes_of("/k/!/Pod!/v1!/s!/a");
		kv.value = bytes_of(rows[i].value);
		ck_assert_int_eq(korch__etcd_decode(&none, &config, &kv), KORCH_E_IO);
		snprintf(expected, sizeof(expected), "etcd: /k/!/Pod!/v1!/s!/a: %s; it was left as it is",
		         rows[i].line);
		ck_assert_str_eq(last_line, expected);
	}
	korch_log_set(KORCH_LOG_NONE, NULL, NULL, NULL);
}
END_TEST

START_TEST(deleted_without_a_value)
{
	static char prefix[] = "/k/";
	const etcd_config config = {.prefix = prefix};
	korch_object *object = NULL;
	ck_assert_int_eq(
	    korch__etcd_decode_key(&object, &config, bytes_of("/k/apps!/Deployment!/v1!/s!/web")), 0);
	ck_assert_ptr_eq(object->kind, &korch_deployment_kind);
	ck_assert_str_eq(korch_object_namespace(object), "s");
	ck_assert_str_eq(korch_object_name(object), "web");
	korch_object_unref(object);
}
END_TEST

KORCH_SUITE(etcd)
{
	Suite *suite = suite_create("etcd");
	KORCH_CASE(suite, "keys", keys, keys_that_are_not_ours, order);
	KORCH_CASE(suite, "options", urls, urls_that_are_none, limits);
	KORCH_CASE(suite, "values", values_that_are_none, deleted_without_a_value);
	return suite;
}
