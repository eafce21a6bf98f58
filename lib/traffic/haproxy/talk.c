/* Talking to the runtime socket: a line of commands, the whole answer, one connection for each. */
#include "base/cleanup.h"
#include "traffic/haproxy/haproxy.h"
#include <errno.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

static const korch_usec LIMIT_US = 10 * KORCH_USEC_PER_SEC;

static void hang_up(haproxy_talk *talk)
{
	korch_timer_set(talk->limit, KORCH_USEC_NEVER);
	korch_poll_free(KORCH_STEAL(talk->poll));
	if (talk->fd >= 0)
		close(talk->fd);
	talk->fd = -1;
}

static void end(haproxy_talk *talk, int is_good)
{
	haproxy_reply_fn fn = KORCH_STEAL(talk->fn);
	hang_up(talk);
	korch__buf_puts(&talk->in, "");
	if (fn)
		fn(talk->userdata,
		   is_good && !talk->in.failed ? (talk->in.data ? talk->in.data : "") : NULL);
}

static void on_limit(void *userdata)
{
	end(userdata, 0); /* too late, or there was nobody to connect to */
}

static void receive(haproxy_talk *talk)
{
	char *to = korch__buf_reserve(&talk->in, 8192);
	ssize_t n = to ? recv(talk->fd, to, 8192, 0) : -1;
	if (n < 0 && to && (errno == EAGAIN || errno == EINTR))
		return;
	if (n <= 0) {
		end(talk, n == 0);
		return;
	}
	talk->in.len += (size_t)n;
	talk->in.data[talk->in.len] = 0;
}

static void on_ready(void *userdata, int fd, int events)
{
	haproxy_talk *talk = userdata;
	if (talk->sent == talk->out.len) {
		receive(talk);
		return;
	}
	ssize_t n = send(fd, talk->out.data + talk->sent, talk->out.len - talk->sent, MSG_NOSIGNAL);
	(void)events;
	if (n < 0 && errno != EAGAIN && errno != EINTR) {
		end(talk, 0);
		return;
	}
	talk->sent += n > 0 ? (size_t)n : 0;
	if (talk->sent == talk->out.len)
		korch_poll_set(talk->poll, KORCH_POLL_IN);
}

int korch__haproxy_talk_init(haproxy_talk *talk, korch_loop *loop)
{
	talk->fd = -1;
	korch__buf_init(&talk->in, HAPROXY_REPLY_MAX);
	korch__buf_init(&talk->out, 0);
	return korch_timer_new(&talk->limit, loop, on_limit, talk);
}

void korch__haproxy_talk_fini(haproxy_talk *talk)
{
	if (!talk->limit)
		return;
	hang_up(talk);
	korch_timer_free(talk->limit);
	korch__buf_fini(&talk->in);
	korch__buf_fini(&talk->out);
}

int korch__haproxy_talk_is_busy(const haproxy_talk *talk)
{
	return talk->fn != NULL;
}

/* The descriptor of a connection, or a code. */
static int connect_to(const char *path)
{
	struct sockaddr_un address = {.sun_family = AF_UNIX};
	if (!path || strlen(path) >= sizeof(address.sun_path))
		return KORCH_E_LIMIT;
	memcpy(address.sun_path, path, strlen(path) + 1);
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (fd >= 0 && connect(fd, (struct sockaddr *)&address, sizeof(address)) == 0)
		return fd;
	int is_full = errno == EAGAIN;
	if (fd >= 0)
		close(fd);
	return is_full ? KORCH_E_BUSY : KORCH_E_IO;
}

int korch__haproxy_listens(const haproxy_router *router, uint64_t generation)
{
	_cleanup_free_ char *path = korch__haproxy_socket(router, generation);
	int fd = connect_to(path);
	if (fd >= 0)
		close(fd);
	return fd >= 0 || fd == KORCH_E_BUSY;
}

static int dial(haproxy_talk *talk, const char *path, korch_loop *loop)
{
	talk->fd = connect_to(path);
	if (talk->fd < 0) {
		talk->fd = -1;
		return KORCH_E_IO;
	}
	return korch_poll_new(&talk->poll, loop, talk->fd, KORCH_POLL_OUT, on_ready, talk);
}

void korch__haproxy_say(haproxy_router *router, haproxy_talk *talk, const char *line,
                        haproxy_reply_fn fn, void *userdata)
{
	_cleanup_free_ char *path = korch__haproxy_socket(router, router->generation);
	korch_usec now = korch_loop_now(router->loop);
	hang_up(talk);
	talk->fn = fn;
	talk->userdata = userdata;
	talk->sent = 0;
	korch__buf_reset(&talk->in);
	korch__buf_reset(&talk->out);
	korch__buf_puts(&talk->out, line);
	korch__buf_putc(&talk->out, '\n');
	int r = talk->out.failed ? talk->out.failed : dial(talk, path, router->loop);
	korch_timer_set(talk->limit, r < 0 ? now : now + LIMIT_US);
}
