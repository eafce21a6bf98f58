/* Webhooks of Canaries: what is sent over HTTP, which answers mean yes, tries, and a function that
 * answers instead. */
#include "../metric/server.h"
#include "control/flagger/flagger.h"
#include "control/pods.h"
#include "fixture.h"
#include "support/store.h"
#include <poll.h>
#include <stdio.h>
#include <string.h>

static server http;
static korch_loop *loop;
static korch_store *store;
static korch_cluster *cluster;

static void open_cluster(korch_webhook_fn fn, void *userdata)
{
	korch_error *error = NULL;
	ck_assert_int_eq(test_store_open(&store, loop, 0), 0);
	const korch_cluster_options options = {.size = sizeof(options),
	                                       .loop = loop,
	                                       .store = store,
	                                       .webhook = fn,
	                                       .webhook_userdata = userdata};
	int code = korch_cluster_open(&cluster, &options, &error);
	ck_assert_msg(code == 0, "%s", korch_error_message(error));
}

static void close_cluster(void)
{
	korch_cluster_close(cluster);
	korch_store_free(store);
	cluster = NULL;
	store = NULL;
}

static void setup(void)
{
	server_start(&http);
	ck_assert_int_eq(korch_loop_new(&loop, NULL), 0);
}

static void teardown(void)
{
	close_cluster();
	korch_loop_free(loop);
	server_stop(&http);
}

/* A Canary without a target, whose webhooks somebody wants to be called. */
static void ask(const char *words, const char *hooks)
{
	char text[2048];
	korch_error *error = NULL;
	snprintf(text, sizeof(text),
	         "{apiVersion: flagger.app/v1beta1, kind: Canary, metadata: {name: web, annotations: "
	         "{korch.dev/webhooks-asked: \"%s\"}}, spec: {targetRef: {apiVersion: apps/v1, kind: "
	         "Deployment, name: web}, service: {port: 80}, analysis: {interval: 1m, threshold: 1, "
	         "stepWeight: 10, webhooks: [%s]}}}",
	         words, hooks);
	int code = korch_cluster_apply_text(cluster, text, "test.yaml", &error);
	ck_assert_msg(code == 0, "%s", korch_error_message(error));
}

/* Serves until there is an answer; it is copied. */
static const char *answer(void)
{
	static char text[512];
	for (;;) {
		korch_object *canary = NULL;
		ck_assert_int_eq(korch_cluster_get(&canary, cluster, "canary", NULL, "web", NULL), 0);
		const char *said = korch__annotation(canary, KORCH__FLAGGER_ANNOTATION_ANSWERED);
		if (said)
			snprintf(text, sizeof(text), "%.*s", (int)strcspn(said, "@"), said);
		korch_object_unref(canary);
		if (said)
			return text;
		struct pollfd work = {.fd = korch_cluster_fd(cluster), .events = POLLIN};
		korch_usec timeout = korch_cluster_timeout(cluster);
		poll(&work, 1, timeout < KORCH_USEC_PER_SEC ? (int)((timeout + 999) / 1000) : 1000);
		korch_cluster_process(cluster, 0);
	}
}

static const char *hook(const char *type, const char *more)
{
	static char text[256];
	snprintf(text, sizeof(text), "{name: gate, type: %s, url: \"http://127.0.0.1:%d/gate\"%s}",
	         type, http.port, more);
	return text;
}

START_TEST(test_payload)
{
	char request[8192];
	open_cluster(NULL, NULL);
	server_answer(&http, 200, "");
	ask("confirm-rollout:abc.0.0.1",
	    hook("confirm-rollout", ", metadata: {cmd: \"run \\\"it\\\"\"}"));
	ck_assert_str_eq(answer(), "confirm-rollout:abc.0.0.1=ok");
	server_last(&http, request, sizeof(request));
	ck_assert_ptr_eq(strstr(request, "POST /gate HTTP/1.1"), request);
	ck_assert_ptr_nonnull(strstr(request, "Content-Type: application/json\r\n"));
	ck_assert_ptr_nonnull(strstr(
	    request, "\r\n\r\n{\"name\":\"web\",\"namespace\":\"default\",\"phase\":\"\",\"type\":"
	             "\"confirm-rollout\",\"checksum\":\"abc\",\"failedChecks\":0,\"canaryWeight\":0,"
	             "\"iterations\":0,\"metadata\":{\"cmd\":\"run \\\"it\\\"\"}}"));
}
END_TEST

START_TEST(test_no)
{
	open_cluster(NULL, NULL);
	server_answer(&http, 403, "closed");
	ask("rollout:abc.3.0", hook("rollout", ""));
	ck_assert_str_eq(answer(), "rollout:abc.3.0=no");
	ck_assert_int_eq(http.requests, 1);
}
END_TEST

START_TEST(test_tries)
{
	open_cluster(NULL, NULL);
	server_answer(&http, 503, "");
	ask("rollout:abc.3.0", hook("rollout", ", retries: 1"));
	ck_assert_str_eq(answer(), "rollout:abc.3.0=no");
	ck_assert_int_eq(http.requests, 2);
}
END_TEST

START_TEST(test_nobody_there)
{
	char text[128];
	open_cluster(NULL, NULL);
	snprintf(text, sizeof(text), "{name: gate, type: rollback, url: \"http://127.0.0.1:%d/\"}",
	         server_free_port());
	ask("rollback:abc.0.1", text);
	ck_assert_str_eq(answer(), "rollback:abc.0.1=no");
}
END_TEST

/* Says yes to the webhook that is named, and notes who was asked. */
typedef struct oracle {
	const char *yes;
	char asked[256];
} oracle;

static int say(void *userdata, const korch_webhook_call *call, korch_error **err)
{
	oracle *self = userdata;
	if (strcmp(call->type, "event") != 0) {
		strcat(self->asked, call->name);
		strcat(self->asked, " ");
	}
	ck_assert_str_eq(call->canary, "web");
	return strcmp(call->name, self->yes) == 0
	           ? 0
	           : korch_error_set(err, KORCH_E_INVALID, "not %s", call->name);
}

static const char three[] =
    "{name: a, type: %s, url: \"http://x\"}, {name: b, type: %s, url: \"http://x\"}, "
    "{name: c, type: event, url: \"http://x\"}";

static void check_several(const char *type, const char *yes, const char *said, const char *asked)
{
	char hooks[512], words[64], wanted[128];
	oracle self = {.yes = yes};
	open_cluster(say, &self);
	snprintf(hooks, sizeof(hooks), three, type, type);
	snprintf(words, sizeof(words), "%s:abc.0.0.1", type);
	snprintf(wanted, sizeof(wanted), "%s=%s", words, said);
	ask(words, hooks);
	ck_assert_str_eq(answer(), wanted);
	ck_assert_str_eq(self.asked, asked);
	close_cluster();
}

START_TEST(test_several)
{
	check_several("confirm-promotion", "a", "no", "a b "); /* all have to agree */
	check_several("confirm-promotion", "b", "no", "a ");   /* the first no ends it */
	check_several("rollback", "b", "ok", "a b ");          /* one is enough */
	check_several("rollback", "none", "no", "a b ");
}
END_TEST

KORCH_SUITE(webhook)
{
	Suite *suite = suite_create("webhook");
	const TTest *const tests[] = {test_payload, test_no, test_tries, test_nobody_there,
	                              test_several};
	TCase *tcase = tcase_create("webhook");
	tcase_set_timeout(tcase, 60);
	tcase_add_checked_fixture(tcase, setup, teardown);
	for (size_t i = 0; i < sizeof(tests) / sizeof(tests[0]); i++)
		tcase_add_test(tcase, tests[i]);
	suite_add_tcase(suite, tcase);
	return suite;
}
