/*
 * Passing on between the two sockets of a connection: what one side sends is written to the other
 * at once; what the other does not take is held, and nothing more is read until it has. Ends are
 * passed on one direction at a time; errors end the whole.
 */
#include "proxy/internal.h"

static void on_read(uv_stream_t *stream, ssize_t n, const uv_buf_t *buf);

static korch_proxy_side *side_of(korch_proxy_connection *connection, const void *stream)
{
	return &connection->sides[stream == (const void *)&connection->sides[1].socket];
}

static korch_proxy_side *other(korch_proxy_connection *connection, korch_proxy_side *side)
{
	return &connection->sides[side == &connection->sides[0]];
}

static uv_stream_t *stream_of(korch_proxy_side *side)
{
	return (uv_stream_t *)&side->socket;
}

static void on_alloc(uv_handle_t *handle, size_t suggested, uv_buf_t *out)
{
	korch_proxy_connection *connection = handle->data;
	korch__buffers_scratch(&connection->proxy->buffers, out);
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
	uv_read_stop(stream_of(from));
	direction_ended(connection, from);
}

static void on_written(uv_write_t *request, int status)
{
	korch_proxy_connection *connection = request->data;
	korch_proxy_side *from = other(connection, side_of(connection, request->handle));
	korch__buffers_give_back(&connection->proxy->buffers, from->held);
	from->held = NULL;
	if (connection->is_closing)
		return;
	if (status < 0) {
		write_failed(connection, from);
		return;
	}
	from->state = KORCH_PROXY_FLOWING;
	if (uv_read_start(stream_of(from), on_alloc, on_read) < 0)
		korch__connection_close(connection, 1);
}

/* Holds what the other side did not take. */
static void block(korch_proxy_connection *connection, korch_proxy_side *from, char *rest, size_t n)
{
	korch_proxy_buffers *buffers = &connection->proxy->buffers;
	uv_buf_t buf = uv_buf_init(rest, (unsigned)n);
	uv_read_stop(stream_of(from));
	from->held = korch__buffers_keep(buffers);
	from->state = KORCH_PROXY_BLOCKED;
	from->request.write.data = connection;
	int r = uv_write(&from->request.write, stream_of(other(connection, from)), &buf, 1, on_written);
	if (r < 0) {
		korch__buffers_give_back(buffers, from->held);
		from->held = NULL;
		write_failed(connection, from);
	}
}

static void pass_on(korch_proxy_connection *connection, korch_proxy_side *from, char *data,
                    size_t n)
{
	korch_proxy_port_stats *stats = &connection->pool->stats;
	*(from == &connection->sides[0] ? &stats->bytes_to_endpoint : &stats->bytes_to_client) += n;
	uv_buf_t buf = uv_buf_init(data, (unsigned)n);
	int r = uv_try_write(stream_of(other(connection, from)), &buf, 1);
	if (r == UV_EAGAIN)
		r = 0;
	if (r < 0)
		write_failed(connection, from);
	else if ((size_t)r < n)
		block(connection, from, data + r, n - (size_t)r);
}

static void on_shutdown(uv_shutdown_t *request, int status)
{
	korch_proxy_connection *connection = request->data;
	if (connection->is_closing)
		return;
	direction_ended(connection, other(connection, side_of(connection, request->handle)));
}

static void pass_end(korch_proxy_connection *connection, korch_proxy_side *from)
{
	uv_read_stop(stream_of(from));
	from->state = KORCH_PROXY_ENDING;
	from->request.shutdown.data = connection;
	if (uv_shutdown(&from->request.shutdown, stream_of(other(connection, from)), on_shutdown) < 0)
		direction_ended(connection, from); /* it is gone already */
}

static void on_read(uv_stream_t *stream, ssize_t n, const uv_buf_t *buf)
{
	korch_proxy_connection *connection = stream->data;
	korch_proxy_side *from = side_of(connection, stream);
	if (n > 0)
		pass_on(connection, from, buf->base, (size_t)n);
	else if (n == UV_EOF)
		pass_end(connection, from);
	else if (n < 0)
		korch__connection_close(connection, 1);
}

void korch__splice_start(korch_proxy_connection *connection)
{
	for (int i = 0; i < 2; i++) {
		korch_proxy_side *side = &connection->sides[i];
		side->state = KORCH_PROXY_FLOWING;
		if (uv_read_start(stream_of(side), on_alloc, on_read) < 0) {
			korch__connection_close(connection, 1);
			return;
		}
	}
}
