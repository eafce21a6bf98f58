/* HTTP/2 frames by hand, as few sorts as possible (RFC 9113; headers as RFC 7541's literals). */
#include "peer.h"
#include <arpa/inet.h>
#include <check.h>
#include <netinet/in.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

enum {
	DATA = 0,
	HEADERS = 1,
	SETTINGS = 4,
	END_STREAM = 1,
	ACK = 1,
	END_HEADERS = 4,
	PREFACE = 24,
	FRAME_MAX = 1 << 16,
};

typedef struct frame {
	uint32_t length, stream;
	uint8_t type, flags;
	uint8_t payload[FRAME_MAX];
} frame;

static int read_all(int fd, void *to, size_t n)
{
	for (size_t at = 0; at < n;) {
		ssize_t r = read(fd, (char *)to + at, n - at);
		if (r <= 0)
			return 0;
		at += (size_t)r;
	}
	return 1;
}

static int read_frame(int fd, frame *out)
{
	uint8_t head[9];
	if (!read_all(fd, head, sizeof(head)))
		return 0;
	out->length = (uint32_t)head[0] << 16 | (uint32_t)head[1] << 8 | head[2];
	out->type = head[3];
	out->flags = head[4];
	out->stream = (uint32_t)(head[5] & 127) << 24 | (uint32_t)head[6] << 16 |
	              (uint32_t)head[7] << 8 | head[8];
	return out->length <= FRAME_MAX && read_all(fd, out->payload, out->length);
}

static void send_frame(int fd, uint8_t type, uint8_t flags, uint32_t stream, const void *payload,
                       size_t length)
{
	uint8_t bytes[9 + 512] = {(uint8_t)(length >> 16),
	                          (uint8_t)(length >> 8),
	                          (uint8_t)length,
	                          type,
	                          flags,
	                          (uint8_t)(stream >> 24),
	                          (uint8_t)(stream >> 16),
	                          (uint8_t)(stream >> 8),
	                          (uint8_t)stream};
	if (length)
		memcpy(bytes + 9, payload, length);
	/* The client may have gone. */
	(void)!send(fd, bytes, 9 + length, MSG_NOSIGNAL);
}

/* A literal without indexing: lengths below 127, no Huffman. */
static size_t put_header(uint8_t *out, const char *name, const char *value)
{
	size_t n = strlen(name), m = strlen(value);
	out[0] = 0;
	out[1] = (uint8_t)n;
	memcpy(out + 2, name, n);
	out[2 + n] = (uint8_t)m;
	memcpy(out + 3 + n, value, m);
	return 3 + n + m;
}

static void send_headers(int fd, uint32_t stream, int status, int is_end)
{
	uint8_t block[256] = {(uint8_t)(status == 200 ? 0x88 : 0x8d)}; /* the static table's */
	size_t n = 1 + put_header(block + 1, "content-type", "application/grpc");
	send_frame(fd, HEADERS, (uint8_t)(END_HEADERS | (is_end ? END_STREAM : 0)), stream, block, n);
}

static void send_trailers(int fd, uint32_t stream, const char *status, const char *message,
                          int is_only)
{
	uint8_t block[256] = {0x88};
	size_t n = is_only;
	n += put_header(block + n, "grpc-status", status);
	if (message)
		n += put_header(block + n, "grpc-message", message);
	send_frame(fd, HEADERS, END_HEADERS | END_STREAM, stream, block, n);
}

static const uint8_t hello[] = {0, 0, 0, 0, 5, 'h', 'e', 'l', 'l', 'o'};

static void answer(int fd, uint32_t stream, peer_step step)
{
	static const uint8_t both[] = {0,   0, 0, 0, 5, 'h', 'e', 'l', 'l',
	                               'o', 0, 0, 0, 0, 3,   'y', 'o', 'u'};
	send_headers(fd, stream, 200, 0);
	if (step == PEER_IN_PIECES) {
		for (size_t i = 0; i < sizeof(hello); i++)
			send_frame(fd, DATA, 0, stream, hello + i, 1);
	} else if (step == PEER_TWO_MESSAGES) {
		send_frame(fd, DATA, 0, stream, both, sizeof(both));
	} else {
		send_frame(fd, DATA, step == PEER_NO_STATUS ? END_STREAM : 0, stream, hello, sizeof(hello));
	}
	if (step != PEER_NO_STATUS)
		send_trailers(fd, stream, "0", NULL, 0);
}

static void answer_with_nonsense(int fd, uint32_t stream, peer_step step)
{
	uint8_t head[] = {step == PEER_COMPRESSED, step == PEER_TOO_BIG ? 6 : 0, 0, 0, 1, 'x'};
	send_headers(fd, stream, 200, 0);
	send_frame(fd, DATA, 0, stream, head, sizeof(head));
}

/* Does a step; 0: the connection is to be closed. */
static int act(int fd, uint32_t stream, peer_step step)
{
	switch (step) {
	case PEER_REFUSE:
		send_trailers(fd, stream, "5", "not%20here%0Aat all", 1);
		return 1;
	case PEER_NOT_FOUND:
		send_headers(fd, stream, 404, 1);
		return 1;
	case PEER_TOO_BIG:
	case PEER_COMPRESSED:
		answer_with_nonsense(fd, stream, step);
		return 1;
	case PEER_SILENT:
		return 1;
	case PEER_CLOSE:
		return 0;
	case PEER_ECHO:
		send_trailers(fd, stream, "0", NULL, 0);
		return 1;
	default:
		answer(fd, stream, step);
		return 1;
	}
}

static void serve(peer *at, int fd)
{
	static frame in;
	char preface[PREFACE];
	int is_headed = 0;
	if (!read_all(fd, preface, sizeof(preface)))
		return;
	send_frame(fd, SETTINGS, 0, 0, NULL, 0);
	while (read_frame(fd, &in)) {
		peer_step step = at->steps[at->requests < at->n_steps ? at->requests : at->n_steps - 1];
		if (in.type == SETTINGS && !(in.flags & ACK))
			send_frame(fd, SETTINGS, ACK, 0, NULL, 0);
		if (in.type == HEADERS && step == PEER_ECHO && !is_headed) {
			send_headers(fd, in.stream, 200, 0);
			is_headed = 1;
		}
		if (in.type == DATA && in.length && step == PEER_ECHO)
			send_frame(fd, DATA, 0, in.stream, in.payload, in.length);
		if ((in.type != DATA && in.type != HEADERS) || !(in.flags & END_STREAM))
			continue;
		at->requests++;
		if (!act(fd, in.stream, step))
			return;
	}
}

static void *run(void *userdata)
{
	static const char http1[] = "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n";
	peer *at = userdata;
	int fd;
	while ((fd = accept(at->listener, NULL, NULL)) >= 0) {
		at->connections++;
		atomic_store(&at->connection, fd);
		if (at->steps[0] == PEER_HTTP1)
			(void)!send(fd, http1, sizeof(http1) - 1, MSG_NOSIGNAL);
		else
			serve(at, fd);
		atomic_store(&at->connection, -1);
		close(fd);
	}
	return NULL;
}

static int listen_at(peer *at, const char *path)
{
	struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
	struct sockaddr_un local = {.sun_family = AF_UNIX};
	socklen_t length = sizeof(address);
	int fd = socket(path ? AF_UNIX : AF_INET, SOCK_STREAM, 0);
	if (path) {
		snprintf(local.sun_path, sizeof(local.sun_path), "%s", path);
		snprintf(at->target, sizeof(at->target), "unix://%s", path);
		ck_assert_int_eq(bind(fd, (struct sockaddr *)&local, sizeof(local)), 0);
	} else {
		ck_assert_int_eq(bind(fd, (struct sockaddr *)&address, sizeof(address)), 0);
		getsockname(fd, (struct sockaddr *)&address, &length);
		snprintf(at->target, sizeof(at->target), "http://127.0.0.1:%d", ntohs(address.sin_port));
	}
	ck_assert_int_eq(listen(fd, 16), 0);
	return fd;
}

void peer_start(peer *out, const char *path, const peer_step *steps, int n_steps)
{
	*out = (peer){.steps = steps, .n_steps = n_steps};
	out->listener = listen_at(out, path);
	ck_assert_int_eq(pthread_create(&out->thread, NULL, run, out), 0);
}

void peer_hang_up(peer *at)
{
	shutdown(atomic_load(&at->connection), SHUT_RDWR);
}

void peer_stop(peer *at)
{
	shutdown(at->listener, SHUT_RDWR); /* ends accept() */
	pthread_join(at->thread, NULL);
	close(at->listener);
}
