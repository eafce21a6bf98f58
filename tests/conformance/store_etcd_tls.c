/* TLS: certificates that openssl makes for the test. */
#include "store_etcd.h"
#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static char folder[] = "/tmp/korch-tls-XXXXXX";
static char ca[64], other_ca[64], cert[64], key[64], client_cert[64], client_key[64];

static void run(const char *format, const char *name, const char *signer)
{
	char command[1024];
	snprintf(command, sizeof(command), format, folder, name, name, name, signer, signer);
	ck_assert_msg(system(command) == 0, "%s", command);
}

static void make_authority(char *path, const char *name)
{
	run("cd %s && openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes"
	    " -keyout %s.key -out %s.pem -subj /CN=%s -days 2 2>/dev/null",
	    name, "");
	snprintf(path, 64, "%s/%s.pem", folder, name);
}

static void make_certificate(char *path, char *key_path, const char *name)
{
	run("cd %s && openssl req -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes"
	    " -keyout %s.key -out %s.csr -subj /CN=%s 2>/dev/null",
	    name, "");
	char command[1024];
	snprintf(
	    command, sizeof(command),
	    "cd %s && printf 'subjectAltName=IP:127.0.0.1\\nextendedKeyUsage=serverAuth,clientAuth'"
	    " >ext && openssl x509 -req -in %s.csr -CA ca.pem -CAkey ca.key -CAcreateserial"
	    " -out %s.pem -days 2 -extfile ext 2>/dev/null",
	    folder, name, name);
	ck_assert_int_eq(system(command), 0);
	snprintf(path, 64, "%s/%s.pem", folder, name);
	snprintf(key_path, 64, "%s/%s.key", folder, name);
}

static void make_all(void)
{
	ck_assert_ptr_nonnull(mkdtemp(folder));
	make_authority(ca, "ca");
	make_authority(other_ca, "other");
	make_certificate(cert, key, "server");
	make_certificate(client_cert, client_key, "client");
	server_options.cert_file = cert;
	server_options.key_file = key;
	server_options.client_ca_file = ca;
	store_options.ca_file = ca;
	store_options.cert_file = client_cert;
	store_options.key_file = client_key;
}

static int remove_one(const char *path, const struct stat *status, int type, struct FTW *at)
{
	(void)status;
	(void)type;
	(void)at;
	return remove(path);
}

static void refuse(const korch_store_etcd_options *given, const char *text)
{
	const char *endpoints[] = {servers[0].url};
	korch_store_etcd_options options = *given;
	korch_store *none = NULL;
	korch_error *err = NULL;
	options.endpoints = endpoints;
	options.n_endpoints = 1;
	options.timeout_us = 300 * KORCH_USEC_PER_MSEC;
	ck_assert_int_eq(korch_store_etcd_new(&none, loop, &options, &err), KORCH_E_IO);
	ck_assert_msg(strstr(korch_error_message(err), text) != NULL, "%s", korch_error_message(err));
	korch_error_free(err);
}

START_TEST(with_certificates)
{
	typedef unsigned long long ull;
	make_all();
	fixture_open(0);
	test_watch watcher;
	watch_open(&watcher, &(korch_watch_query){.since = 0}, 0);
	ull a = put("a", "1");
	watch_expect(&watcher, "+a=1@%llu ", a);
	etcd_kill(&servers[0]);
	etcd_restart(&servers[0]);
	other_open();
	ull b = other_put("b", "1");
	watch_expect(&watcher, "+b=1@%llu ", b);
	ck_assert_str_eq(list_text((korch_list_query){0}, 1), "a=1 b=1 ");
	korch_watch_free(watcher.watch);
	other_close();
	korch_store_etcd_options options = store_options;
	options.ca_file = other_ca;
	refuse(&options, "SSL certificate problem");
	options.ca_file = "/nowhere/ca.pem";
	refuse(&options, "/nowhere/ca.pem");
	options = store_options;
	options.cert_file = options.key_file = NULL;
	refuse(&options, "https://127.0.0.1");
	fixture_close();
	nftw(folder, remove_one, 16, FTW_DEPTH | FTW_PHYS);
}
END_TEST

void add_etcd_tls_tests(Suite *suite)
{
	TCase *tcase = tcase_create("TLS");
	tcase_set_timeout(tcase, 60);
	tcase_add_test(tcase, with_certificates);
	suite_add_tcase(suite, tcase);
}
