/*
 * Passing on between the two sockets of a connection: what one side sends is written to the other
 * at once; what the other does not take is held, and nothing more is read until it has. Ends are
 * passed on one direction at a time; errors end the whole. The sockets are written to directly, as
 * libuv's streams would raise SIGPIPE in the host program.
 */
#include "proxy/internal.h"

#include <errno.h>
#include <sys/socket.h>

enum { READS = 16 }; /* before other connections get a turn */

static korch_proxy_side *other(korch_proxy_connection *connection, korch_proxy_side *side)
{
	return &connection->sides[side == &connection->sides[0]];
}

static int would_block(void)
{
	return errno == EAGAIN || errno == EWOULDBLOCK || errno == EINTR || errno == ENOBUFS;
}

static void direction_ended(korch_proxy_connection *connection, korch_proxy_side *from)
{
	from->state = KORCH_PROXY_ENDED;
	if (other(connection, from)->state == KORCH_PROXY_ENDED)
		korch__connection_close(connection, connection->is_broken);
}

/*
 * The reader of this direction takes nothing more. What it has sent itself is still passed on; its
 * end or an error will follow.
 */
static void write_failed(korch_proxy_connection *connection, korch_proxy_side *from)
{
	connection->is_broken = 1;
	direction_ended(connection, from);
}

/* Holds what the other side did not take; it is in the buffer that was read into last. */
static void hold(korch_proxy_connection *connection, korch_proxy_side *from, char *rest, size_t n)
{
	from->held = korch__buffers_keep(&connection->proxy->buffers);
	from->rest = rest;
	from->n_rest = n;
	from->state = KORCH_PROXY_BLOCKED;
}

static void drop_held(korch_proxy_connection *connection, korch_proxy_side *from)
{
	korch__buffers_give_back(&connection->proxy->buffers, from->held);
	from->held = NULL;
}

/* Offers what is held to the other side again. */
static void flush(korch_proxy_connection *connection, korch_proxy_side *from)
{
	ssize_t n = send(other(connection, from)->fd, from->rest, from->n_rest, MSG_NOSIGNAL);
	if (n < 0 && would_block())
		return;
	if (n >= 0 && (size_t)n < from->n_rest) {
		from->rest += n;
		from->n_rest -= (size_t)n;
		return;
	}
	drop_held(connection, from);
	if (n < 0)
		write_failed(connection, from);
	else
		from->state = KORCH_PROXY_FLOWING;
}

static void pass_on(korch_proxy_connection *connection, korch_proxy_side *from, char *data,
                    size_t n)
{
	korch_proxy_port_stats *stats = &connection->pool->stats;
	*(from == &connection->sides[0] ? &stats->bytes_to_endpoint : &stats->bytes_to_client) += n;
	ssize_t taken = send(other(connection, from)->fd, data, n, MSG_NOSIGNAL);
	if (taken < 0 && would_block())
		taken = 0;
	if (taken < 0)
		write_failed(connection, from);
	else if ((size_t)taken < n)
		hold(connection, from, data + taken, n - (size_t)taken);
}

/* Reads until nothing is left for now, the other side is full, or others should get a turn. */
static void flow(korch_proxy_connection *connection, korch_proxy_side *from)
{
	for (int i = 0; i < READS && from->state == KORCH_PROXY_FLOWING; i++) {
		uv_buf_t room;
		korch__buffers_scratch(&connection->proxy->buffers, &room);
		ssize_t n = room.len ? recv(from->fd, room.base, room.len, 0) : -1;
		if (n > 0) {
			pass_on(connection, from, room.base, (size_t)n);
			if ((size_t)n < room.len)
				return;
		} else if (n == 0) {
			shutdown(other(connection, from)->fd, SHUT_WR); /* fails when it is gone already */
			direction_ended(connection, from);
		} else {
			if (!room.len || !would_block())
				korch__connection_close(connection, 1);
			return;
		}
	}
}

static void on_event(uv_poll_t *poll, int status, int events);

/* Waits for what can be done next with this socket. */
static void watch(korch_proxy_connection *connection, korch_proxy_side *side)
{
	int wanted = side->state == KORCH_PROXY_FLOWING ? UV_READABLE : 0;
	if (other(connection, side)->state == KORCH_PROXY_BLOCKED)
		wanted |= UV_WRITABLE;
	if (connection->is_closing || wanted == side->events)
		return;
	int r = wanted ? uv_poll_start(&side->poll, wanted, on_event) : uv_poll_stop(&side->poll);
	side->events = wanted;
	if (r < 0)
		korch__connection_close(connection, 1);
}

static void on_event(uv_poll_t *poll, int status, int events)
{
	korch_proxy_connection *connection = poll->data;
	korch_proxy_side *side = &connection->sides[poll == &connection->sides[1].poll];
	if (status < 0) { /* libuv has stopped watching; reading or writing says what is wrong */
		side->events = 0;
		events = UV_READABLE | UV_WRITABLE;
	}
	if (events & UV_WRITABLE && other(connection, side)->state == KORCH_PROXY_BLOCKED)
		flush(connection, other(connection, side));
	if (events & UV_READABLE && side->state == KORCH_PROXY_FLOWING && !connection->is_closing)
		flow(connection, side);
	watch(connection, &connection->sides[0]);
	watch(connection, &connection->sides[1]);
}

void korch__splice_start(korch_proxy_connection *connection)
{
	for (int i = 0; i < 2; i++) {
		connection->sides[i].state = KORCH_PROXY_FLOWING;
		connection->sides[i].events = 0;
	}
	watch(connection, &connection->sides[0]);
	watch(connection, &connection->sides[1]);
}

void korch__splice_end(korch_proxy_connection *connection)
{
	drop_held(connection, &connection->sides[0]);
	drop_held(connection, &connection->sides[1]);
}
