/* The gRPC client against a peer that does as it is told. */
#include "http/grpc.h"
#include "peer.h"
#include "unit.h"
#include <korch/error.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

typedef struct call {
	korch__grpc_call *handle;
	char messages[256]; /* each behind a "|" */
	int is_done, cause, status;
	char text[256];
	korch__grpc_channel **frees; /* a channel that its first event frees */
} call;

static korch_loop *loop;
static korch__grpc_channel *channel;

static void on_message(void *userdata, const char *data, size_t length)
{
	call *at = userdata;
	size_t n = strlen(at->messages);
	snprintf(at->messages + n, sizeof(at->messages) - n, "|%.*s", (int)length, data);
	if (at->frees) {
		korch__grpc_channel_free(*at->frees);
		*at->frees = NULL;
		at->is_done = 1;
	}
}

static void on_end(void *userdata, const korch__grpc_end *end)
{
	call *at = userdata;
	ck_assert_int_eq(at->is_done, 0);
	at->is_done = 1;
	at->cause = end->cause;
	at->status = end->status;
	snprintf(at->text, sizeof(at->text), "%s", end->message);
}

static const korch__grpc_events events = {.message = on_message, .end = on_end};
static const char question[] = {0, 0, 0, 0, 2, 'h', 'i'};

static void open_channel(const char *target)
{
	const korch__grpc_options options = {.target = target, .message_max = 1 << 20};
	if (!loop)
		ck_assert_int_eq(korch_loop_new(&loop, NULL), 0);
	ck_assert_int_eq(korch__grpc_channel_new(&channel, loop, &options), 0);
}

static void close_all(void)
{
	korch__grpc_channel_free(channel);
	korch_loop_free(loop);
	loop = NULL;
}

static void start(call *at, korch_usec timeout_us, int is_open)
{
	const korch__grpc_request request = {.path = "/test.Test/Ask",
	                                     .body = question,
	                                     .body_length = sizeof(question),
	                                     .timeout_us = timeout_us,
	                                     .is_open = is_open};
	*at = (call){0};
	ck_assert_int_eq(korch__grpc_start(&at->handle, channel, &request, &events, at), 0);
	ck_assert_int_eq(at->is_done, 0); /* never from inside of the call */
}

static void step(void)
{
	korch_loop_step(loop, korch_loop_now(loop) + KORCH_USEC_PER_SEC);
}

static void finish(const call *at)
{
	while (!at->is_done)
		step();
}

static const struct row {
	peer_step step;
	int cause, status;
	const char *messages, *text;
} rows[] = {
    {PEER_ANSWER, KORCH_GRPC_SERVER, 0, "|hello", ""},
    {PEER_IN_PIECES, KORCH_GRPC_SERVER, 0, "|hello", ""},
    {PEER_TWO_MESSAGES, KORCH_GRPC_SERVER, 0, "|hello|you", ""},
    {PEER_REFUSE, KORCH_GRPC_SERVER, KORCH_GRPC_NOT_FOUND, "", "not here at all"},
    {PEER_NO_STATUS, KORCH_GRPC_LOST, KORCH_GRPC_UNAVAILABLE, "|hello",
     "the server ended the call without a status"},
    {PEER_NOT_FOUND, KORCH_GRPC_LOST, KORCH_GRPC_UNAVAILABLE, "",
     "HTTP status 404 in place of a gRPC answer"},
    {PEER_TOO_BIG, KORCH_GRPC_TOO_BIG, KORCH_GRPC_RESOURCE_EXHAUSTED, "", "the answer is too long"},
    {PEER_COMPRESSED, KORCH_GRPC_LOST, KORCH_GRPC_UNKNOWN, "", "malformed input"},
    {PEER_SILENT, KORCH_GRPC_LATE, KORCH_GRPC_DEADLINE_EXCEEDED, "", "no answer in time"},
    {PEER_CLOSE, KORCH_GRPC_LOST, KORCH_GRPC_UNAVAILABLE, "", NULL},
};

/* Also on a connection that has been used, and the connection can be used behind it. */
START_TEST(ends)
{
	const struct row *row = &rows[_i];
	const peer_step steps[] = {row->step, PEER_ANSWER, row->step, PEER_ANSWER};
	peer other;
	call at;
	peer_start(&other, NULL, steps, 4);
	open_channel(other.target);
	for (int i = 0; i < 4; i++) {
		start(&at, row->step == PEER_SILENT && i % 2 == 0 ? 500000 : 5 * KORCH_USEC_PER_SEC, 0);
		finish(&at);
		const struct row *expected = i % 2 ? &rows[0] : row;
		ck_assert_msg(at.cause == expected->cause, "%d: cause %d, %s", i, at.cause, at.text);
		ck_assert_int_eq(at.status, expected->status);
		ck_assert_str_eq(at.messages, expected->messages);
		if (expected->text)
			ck_assert_str_eq(at.text, expected->text);
	}
	close_all();
	peer_stop(&other);
	ck_assert_int_eq(other.requests, 4); /* none was sent twice */
	ck_assert_int_eq(other.connections, row->step == PEER_CLOSE ? 3 : 1);
}
END_TEST

START_TEST(many_at_once)
{
	static const peer_step steps[] = {PEER_ANSWER};
	static call calls[300]; /* more than a connection takes at once */
	peer other;
	peer_start(&other, NULL, steps, 1);
	open_channel(other.target);
	for (int i = 0; i < 300; i++)
		start(&calls[i], 20 * KORCH_USEC_PER_SEC, 0);
	for (int i = 0; i < 300; i++) {
		finish(&calls[i]);
		ck_assert_int_eq(calls[i].status, 0);
	}
	close_all();
	peer_stop(&other);
	ck_assert_int_eq(other.connections, 1);
	ck_assert_int_eq(other.requests, 300);
}
END_TEST

/* Behind a connection that the server has closed the next call makes another one, unseen. */
START_TEST(connecting_again)
{
	static const peer_step steps[] = {PEER_ANSWER};
	peer other;
	call at;
	peer_start(&other, NULL, steps, 1);
	open_channel(other.target);
	for (int i = 0; i < 5; i++) {
		start(&at, 5 * KORCH_USEC_PER_SEC, 0);
		finish(&at);
		ck_assert_msg(at.status == 0, "%s", at.text);
		peer_hang_up(&other);
	}
	close_all();
	peer_stop(&other);
	ck_assert_int_eq(other.connections, 5);
	ck_assert_int_eq(other.requests, 5);
}
END_TEST

START_TEST(nobody_there)
{
	static const peer_step steps[] = {PEER_ANSWER};
	peer other;
	call calls[3];
	peer_start(&other, NULL, steps, 1);
	peer_stop(&other); /* the port was ours a moment ago */
	open_channel(other.target);
	for (int i = 0; i < 3; i++)
		start(&calls[i], 0, 0);
	for (int i = 0; i < 3; i++) {
		finish(&calls[i]);
		ck_assert_int_eq(calls[i].cause, KORCH_GRPC_NOT_SENT);
		ck_assert_ptr_nonnull(strstr(calls[i].text, "Failed to connect"));
	}
	close_all();
}
END_TEST

START_TEST(not_http2)
{
	static const peer_step steps[] = {PEER_HTTP1};
	peer other;
	call at;
	peer_start(&other, NULL, steps, 1);
	open_channel(other.target);
	start(&at, 5 * KORCH_USEC_PER_SEC, 0);
	finish(&at);
	ck_assert_int_ne(at.status, 0);
	ck_assert_str_ne(at.text, "");
	close_all();
	peer_stop(&other);
}
END_TEST

START_TEST(both_ways)
{
	static const peer_step steps[] = {PEER_ECHO};
	static const char more[] = {0, 0, 0, 0, 3, 'y', 'o', 'u'};
	char folder[] = "/tmp/korch-grpc-XXXXXX", path[64];
	peer other;
	call at;
	ck_assert_ptr_nonnull(mkdtemp(folder));
	snprintf(path, sizeof(path), "%s/socket", folder);
	peer_start(&other, path, steps, 1);
	open_channel(other.target);
	start(&at, 0, 1);
	while (strcmp(at.messages, "|hi") != 0)
		step();
	for (int i = 0; i < 3; i++) {
		size_t length = strlen(at.messages);
		ck_assert_int_eq(korch__grpc_send(at.handle, more, sizeof(more)), 0);
		while (strlen(at.messages) == length)
			step();
	}
	ck_assert_str_eq(at.messages, "|hi|you|you|you");
	ck_assert_int_eq(at.is_done, 0);
	korch__grpc_send_end(at.handle);
	finish(&at);
	ck_assert_int_eq(at.status, 0);
	close_all();
	peer_stop(&other);
	unlink(path);
	rmdir(folder);
}
END_TEST

/* Calls that are given up tell nothing; a reset tells all, and the next call connects. */
START_TEST(giving_up)
{
	static const peer_step steps[] = {PEER_SILENT, PEER_SILENT, PEER_ANSWER};
	peer other;
	call calls[3];
	peer_start(&other, NULL, steps, 3);
	open_channel(other.target);
	start(&calls[0], 0, 0);
	start(&calls[1], 0, 0);
	korch__grpc_cancel(calls[0].handle);
	for (int i = 0; i < 3; i++)
		korch_loop_step(loop, korch_loop_now(loop) + 10 * KORCH_USEC_PER_MSEC);
	korch__grpc_channel_reset(channel);
	ck_assert_int_eq(calls[1].is_done, 0);
	finish(&calls[1]);
	ck_assert_int_eq(calls[1].status, KORCH_GRPC_UNAVAILABLE);
	ck_assert_int_eq(calls[0].is_done, 0);
	close_all();
	peer_stop(&other);
}
END_TEST

START_TEST(freed_from_inside)
{
	static const peer_step steps[] = {PEER_TWO_MESSAGES};
	peer other;
	call calls[2];
	peer_start(&other, NULL, steps, 1);
	open_channel(other.target);
	start(&calls[0], 0, 0);
	start(&calls[1], 0, 0);
	calls[0].frees = calls[1].frees = &channel;
	while (!calls[0].is_done && !calls[1].is_done)
		step();
	ck_assert_int_eq(calls[0].is_done + calls[1].is_done, 1);
	close_all();
	peer_stop(&other);
}
END_TEST

START_TEST(targets)
{
	static const char *const bad[] = {"", "127.0.0.1:1", "ftp://a", "unix:socket"};
	korch__grpc_channel *none = NULL;
	ck_assert_int_eq(korch_loop_new(&loop, NULL), 0);
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		const korch__grpc_options options = {.target = bad[i]};
		ck_assert_int_eq(korch__grpc_channel_new(&none, loop, &options), KORCH_E_INVALID);
	}
	korch__grpc_channel_free(NULL);
	korch__grpc_cancel(NULL);
	korch_loop_free(loop);
	loop = NULL;
}
END_TEST

KORCH_SUITE(grpc)
{
	Suite *suite = suite_create("gRPC");
	TCase *tcase = tcase_create("ends");
	tcase_set_timeout(tcase, 60);
	tcase_add_loop_test(tcase, ends, 0, sizeof(rows) / sizeof(rows[0]));
	suite_add_tcase(suite, tcase);
	KORCH_CASE(suite, "calls", many_at_once, connecting_again, nobody_there, not_http2, both_ways,
	           giving_up, freed_from_inside, targets);
	return suite;
}
