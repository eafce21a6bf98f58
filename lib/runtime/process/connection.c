/*
 * The connection to a pod's shim: sending, receiving, and what happens when it breaks. What the
 * messages mean stands in answers.c.
 */
#include "runtime/process/process.h"

#include "base/cleanup.h"
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

enum receipt { GOOD, BROKEN, ENDED };

void korch__process_disconnect(process_sandbox *sandbox)
{
	korch_poll_free(KORCH_STEAL(sandbox->poll));
	if (sandbox->connection >= 0)
		close(sandbox->connection);
	sandbox->connection = -1;
	wire_fini(&sandbox->in);
	wire_fini(&sandbox->out);
}

static int flush(process_sandbox *sandbox)
{
	while (sandbox->out.len) {
		ssize_t n = send(sandbox->connection, sandbox->out.data, sandbox->out.len, MSG_NOSIGNAL);
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0 && errno == EAGAIN)
			break;
		if (n <= 0)
			return -1;
		wire_consume(&sandbox->out, (size_t)n);
	}
	return korch_poll_set(sandbox->poll,
	                      sandbox->out.len ? KORCH_POLL_IN | KORCH_POLL_OUT : KORCH_POLL_IN);
}

void korch__process_send(process_sandbox *sandbox)
{
	/* A broken connection is noticed by its reader, from the loop and not from inside a call. */
	if (sandbox->connection >= 0)
		flush(sandbox);
}

/* Handles the whole frames that have come. */
static enum receipt handle_frames(process_sandbox *sandbox)
{
	wire_reader reader;
	int type = 0;
	long size;
	while ((size = wire_frame(&sandbox->in, &type, &reader)) > 0) {
		if (type == WIRE_ENDED)
			return ENDED;
		korch__process_handle(sandbox, type, &reader);
		wire_consume(&sandbox->in, (size_t)size);
	}
	return size < 0 ? BROKEN : GOOD;
}

static enum receipt receive(process_sandbox *sandbox)
{
	char chunk[16384];
	for (;;) {
		ssize_t n = recv(sandbox->connection, chunk, sizeof(chunk), 0);
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0 && errno == EAGAIN)
			return GOOD;
		if (n <= 0 || wire_append(&sandbox->in, chunk, (size_t)n) < 0)
			return BROKEN;
		enum receipt receipt = handle_frames(sandbox);
		if (receipt != GOOD)
			return receipt;
	}
}

/*
 * Without its connection a shim goes on. Once it is tried again; a shim that cannot be talked to
 * is given up.
 */
static void on_broken(process_sandbox *sandbox)
{
	int was_ready = sandbox->state == SANDBOX_READY;
	korch__process_disconnect(sandbox);
	if (!was_ready || !korch__process_shim_alive(sandbox) || korch__process_connect(sandbox) < 0) {
		korch__process_sandbox_lost(sandbox);
		return;
	}
	korch__process_calls_answer_all(&sandbox->calls, KORCH_E_CLOSED,
	                                "the connection to the pod's shim was lost");
}

static void on_connection(void *userdata, int fd, int events)
{
	process_sandbox *sandbox = userdata;
	enum receipt receipt = (events & KORCH_POLL_OUT) && flush(sandbox) < 0 ? BROKEN : GOOD;
	if (receipt == GOOD && (events & KORCH_POLL_IN))
		receipt = receive(sandbox);
	if (receipt == BROKEN)
		on_broken(sandbox);
	if (receipt == ENDED)
		korch__process_sandbox_lost(sandbox);
}

/*
 * The path of a socket may be longer than an address holds, so it is named through its folder's
 * descriptor.
 */
static int connect_socket(int *out, const char *folder)
{
	struct sockaddr_un address = {.sun_family = AF_UNIX};
	int dir = open(folder, O_PATH | O_DIRECTORY | O_CLOEXEC | O_NOFOLLOW);
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	/* Having no descriptors left says nothing about the shim. */
	int code = dir < 0 || fd < 0 ? KORCH_E_LIMIT : 0;
	snprintf(address.sun_path, sizeof(address.sun_path), "/proc/self/fd/%d/shim.sock", dir);
	if (code == 0 && connect(fd, (struct sockaddr *)&address, sizeof(address)) < 0)
		code = errno == ECONNREFUSED || errno == ENOENT ? KORCH_E_IO : KORCH_E_LIMIT;
	if (dir >= 0)
		close(dir);
	if (code < 0 && fd >= 0)
		close(fd);
	if (code == 0)
		*out = fd;
	return code;
}

int korch__process_connect(process_sandbox *sandbox)
{
	int code = connect_socket(&sandbox->connection, sandbox->folder);
	if (code < 0)
		return code;
	code = korch_poll_new(&sandbox->poll, sandbox->runtime->loop, sandbox->connection,
	                      KORCH_POLL_IN, on_connection, sandbox);
	if (code == 0)
		code = korch__process_ask_list(sandbox);
	if (code < 0)
		korch__process_disconnect(sandbox);
	return code;
}

int korch__process_ask_list(process_sandbox *sandbox)
{
	size_t frame = wire_begin(&sandbox->out, WIRE_LIST);
	if (wire_end(&sandbox->out, frame) < 0)
		return KORCH_E_NOMEM;
	for (process_container *container = sandbox->containers; container; container = container->next)
		container->is_listed = 0;
	sandbox->is_incomplete = 0;
	sandbox->state = SANDBOX_LISTING;
	korch__process_send(sandbox);
	return 0;
}
