/* One connection after the other, one request each. */
#include "server.h"
#include <arpa/inet.h>
#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

/* A listening socket on a port of the system's choice. */
static int listen_anywhere(int *port)
{
	struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
	socklen_t length = sizeof(address);
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	ck_assert_int_ge(fd, 0);
	ck_assert_int_eq(bind(fd, (struct sockaddr *)&address, sizeof(address)), 0);
	ck_assert_int_eq(listen(fd, 16), 0);
	ck_assert_int_eq(getsockname(fd, (struct sockaddr *)&address, &length), 0);
	*port = ntohs(address.sin_port);
	return fd;
}

int server_free_port(void)
{
	int port;
	close(listen_anywhere(&port));
	return port;
}

/* Whether all that the head promises has come. */
static int is_whole(const char *request)
{
	const char *end = strstr(request, "\r\n\r\n");
	const char *length = strcasestr(request, "content-length:");
	if (!end)
		return 0;
	size_t body = length && length < end ? strtoul(length + 15, NULL, 10) : 0;
	return strlen(end + 4) >= body;
}

static void serve(server *self, int fd)
{
	char request[8192] = "", head[256];
	size_t n = 0;
	while (n + 1 < sizeof(request) && !is_whole(request)) {
		ssize_t got = recv(fd, request + n, sizeof(request) - 1 - n, 0);
		if (got <= 0)
			break;
		n += (size_t)got;
		request[n] = '\0';
	}
	pthread_mutex_lock(&self->lock);
	strcpy(self->request, request);
	self->requests++;
	int length = snprintf(head, sizeof(head),
	                      "HTTP/1.1 %d OK\r\nContent-Type: %s\r\nContent-Length: %zu\r\n"
	                      "Connection: close\r\n\r\n",
	                      self->status, self->type, strlen(self->body));
	if (self->status == 0) {
		self->hold = fd;
	} else {
		send(fd, head, (size_t)length, MSG_NOSIGNAL);
		send(fd, self->body, strlen(self->body), MSG_NOSIGNAL);
		close(fd);
	}
	pthread_mutex_unlock(&self->lock);
}

static void *run(void *userdata)
{
	server *self = userdata;
	for (;;) {
		int fd = accept4(self->fd, NULL, NULL, SOCK_CLOEXEC);
		if (fd < 0)
			return NULL;
		serve(self, fd);
	}
}

void server_start(server *self)
{
	memset(self, 0, sizeof(*self));
	self->status = 200;
	self->hold = -1;
	self->type = "application/json";
	pthread_mutex_init(&self->lock, NULL);
	self->fd = listen_anywhere(&self->port);
	ck_assert_int_eq(pthread_create(&self->thread, NULL, run, self), 0);
}

void server_answer(server *self, int status, const char *body)
{
	pthread_mutex_lock(&self->lock);
	self->status = status;
	snprintf(self->body, sizeof(self->body), "%s", body);
	pthread_mutex_unlock(&self->lock);
}

void server_last(server *self, char *out, size_t size)
{
	pthread_mutex_lock(&self->lock);
	snprintf(out, size, "%s", self->request);
	pthread_mutex_unlock(&self->lock);
}

void server_stop(server *self)
{
	shutdown(self->fd, SHUT_RDWR);
	pthread_join(self->thread, NULL);
	close(self->fd);
	if (self->hold >= 0)
		close(self->hold);
	pthread_mutex_destroy(&self->lock);
}
