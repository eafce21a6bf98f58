/* Starting and ending of etcd servers. */
#include "etcd.h"
#include <arpa/inet.h>
#include <fcntl.h>
#include <ftw.h>
#include <netinet/in.h>
#include <poll.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

enum { SERVES_WITHIN_MS = 120000 };

static void fail(const char *what)
{
	fprintf(stderr, "etcd launcher: %s\n", what);
	exit(1);
}

static void need(int ok, const char *what)
{
	if (ok)
		return;
	perror("etcd launcher");
	fail(what);
}

int etcd_is_installed(void)
{
	const char *path = getenv("PATH");
	char file[512];
	for (const char *at = path ? path : "/usr/bin"; *at; at += strspn(at, ":")) {
		size_t length = strcspn(at, ":");
		snprintf(file, sizeof(file), "%.*s/etcd", (int)length, at);
		if (access(file, X_OK) == 0)
			return 1;
		at += length;
	}
	return 0;
}

/* A port that stays ours: etcd may listen on it (both sockets have SO_REUSEADDR and this one does
 * not listen), and nobody gets it by chance. */
static int reserve_port(int *port)
{
	int on = 1;
	struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
	socklen_t length = sizeof(address);
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	need(fd >= 0, "socket");
	need(setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on)) == 0, "SO_REUSEADDR");
	need(bind(fd, (struct sockaddr *)&address, length) == 0, "bind");
	need(getsockname(fd, (struct sockaddr *)&address, &length) == 0, "getsockname");
	*port = ntohs(address.sin_port);
	return fd;
}

static void make_folder(etcd_server *server, int is_durable)
{
	const char *parent = getenv("TMPDIR");
	if (!is_durable && access("/dev/shm", W_OK) == 0)
		parent = "/dev/shm";
	snprintf(server->folder, sizeof(server->folder), "%s/korch-etcd-XXXXXX",
	         parent ? parent : "/tmp");
	need(mkdtemp(server->folder) != NULL, "mkdtemp");
}

static void add(etcd_server *server, const char *argument)
{
	size_t n = 0;
	while (server->arguments[n])
		n++;
	if (n >= ETCD_ARGUMENTS_MAX - 1)
		fail("too many arguments");
	server->arguments[n] = strdup(argument);
	need(server->arguments[n] != NULL, "strdup");
}

static void add_option(etcd_server *server, const char *name, const char *format, ...)
{
	char value[2048];
	va_list arguments;
	va_start(arguments, format);
	vsnprintf(value, sizeof(value), format, arguments);
	va_end(arguments);
	add(server, name);
	add(server, value);
}

static void add_arguments(etcd_server *server, const etcd_options *options, size_t i,
                          const char *cluster)
{
	const char *peer_url = options->peer_urls ? options->peer_urls[i] : server->peer_url;
	add(server, "etcd");
	add_option(server, "--name", "m%zu", i);
	add_option(server, "--data-dir", "%s/data", server->folder);
	add_option(server, "--listen-client-urls", "%s", server->url);
	add_option(server, "--advertise-client-urls", "%s", server->url);
	add_option(server, "--listen-peer-urls", "%s", server->peer_url);
	add_option(server, "--initial-advertise-peer-urls", "%s", peer_url);
	add_option(server, "--initial-cluster", "%s", cluster);
	add_option(server, "--logger", "zap");
	if (options->cert_file) {
		add_option(server, "--cert-file", "%s", options->cert_file);
		add_option(server, "--key-file", "%s", options->key_file);
	}
	if (options->client_ca_file) {
		add_option(server, "--trusted-ca-file", "%s", options->client_ca_file);
		add(server, "--client-cert-auth");
	}
	for (size_t k = 0; options->arguments && options->arguments[k]; k++)
		add(server, options->arguments[k]);
}

void etcd_prepare(etcd_server *servers, size_t n, const etcd_options *options)
{
	static const etcd_options none = {0};
	char cluster[ETCD_MEMBERS_MAX * 96] = "";
	options = options ? options : &none;
	if (n > ETCD_MEMBERS_MAX)
		fail("too many members");
	for (size_t i = 0; i < n; i++) {
		etcd_server *server = &servers[i];
		*server = (etcd_server){.notify = -1, .end = -1};
		server->reserved[0] = reserve_port(&server->port);
		server->reserved[1] = reserve_port(&server->peer_port);
		snprintf(server->url, sizeof(server->url), "%s://127.0.0.1:%d",
		         options->cert_file ? "https" : "http", server->port);
		snprintf(server->peer_url, sizeof(server->peer_url), "http://127.0.0.1:%d",
		         server->peer_port);
		make_folder(server, options->is_durable);
		size_t length = strlen(cluster);
		snprintf(cluster + length, sizeof(cluster) - length, "%sm%zu=%s", i ? "," : "", i,
		         options->peer_urls ? options->peer_urls[i] : server->peer_url);
	}
	for (size_t i = 0; i < n; i++)
		add_arguments(&servers[i], options, i, cluster);
}

/* A socket with a name that the kernel finds, where the server says READY=1 (sd_notify's way). */
static void open_notify(etcd_server *server)
{
	struct sockaddr_un address = {.sun_family = AF_UNIX};
	socklen_t length = sizeof(address);
	char name[sizeof(address.sun_path) + 16] = "@";
	server->notify = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	need(server->notify >= 0, "socket");
	need(bind(server->notify, (struct sockaddr *)&address, sizeof(address.sun_family)) == 0,
	     "bind");
	need(getsockname(server->notify, (struct sockaddr *)&address, &length) == 0, "getsockname");
	size_t n = length - sizeof(address.sun_family) - 1;
	memcpy(name + 1, address.sun_path + 1, n);
	name[n + 1] = '\0';
	setenv("NOTIFY_SOCKET", name, 1);
}

static void become_etcd(const etcd_server *server, pid_t parent, int end)
{
	char path[512];
	snprintf(path, sizeof(path), "%s/log", server->folder);
	FILE *log = freopen(path, "a", stderr);
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	/* Without close-on-exec: it is closed when the server ends. */
	if (log && getppid() == parent && dup(end) >= 0) {
		dup2(fileno(log), STDOUT_FILENO);
		execvp("etcd", server->arguments);
		perror("etcd");
	}
	_exit(127);
}

void etcd_run(etcd_server *server)
{
	pid_t parent = getpid();
	int ends[2];
	open_notify(server);
	need(pipe2(ends, O_CLOEXEC) == 0, "pipe");
	fflush(NULL);
	server->pid = fork();
	need(server->pid >= 0, "fork");
	if (server->pid == 0)
		become_etcd(server, parent, ends[1]);
	unsetenv("NOTIFY_SOCKET");
	close(ends[1]);
	server->end = ends[0];
}

/* The end of its log, for somebody who has to find out why it does not serve. */
static void show_log(const etcd_server *server)
{
	char path[512], text[4096];
	snprintf(path, sizeof(path), "%s/log", server->folder);
	FILE *log = fopen(path, "r");
	if (!log)
		return;
	if (fseek(log, -(long)sizeof(text), SEEK_END) < 0)
		rewind(log);
	size_t n = fread(text, 1, sizeof(text), log);
	fwrite(text, 1, n, stderr);
	fclose(log);
}

void etcd_wait(etcd_server *server)
{
	char text[64];
	struct pollfd waits[2] = {
	    {.fd = server->notify, .events = POLLIN},
	    {.fd = server->end, .events = POLLIN},
	};
	int n = poll(waits, 2, SERVES_WITHIN_MS);
	if (n <= 0 || !(waits[0].revents & POLLIN)) {
		show_log(server);
		fail(n <= 0 ? "etcd does not serve in time" : "etcd ended");
	}
	need(recv(server->notify, text, sizeof(text), 0) > 0, "recv");
	close(server->notify);
	server->notify = -1;
}

void etcd_start_cluster(etcd_server *servers, size_t n, const etcd_options *options)
{
	etcd_prepare(servers, n, options);
	for (size_t i = 0; i < n; i++)
		etcd_run(&servers[i]);
	for (size_t i = 0; i < n; i++)
		etcd_wait(&servers[i]);
}

void etcd_start(etcd_server *server, const etcd_options *options)
{
	etcd_start_cluster(server, 1, options);
}

void etcd_kill(etcd_server *server)
{
	if (server->pid <= 0)
		return;
	kill(server->pid, SIGKILL);
	waitpid(server->pid, NULL, 0);
	server->pid = 0;
	if (server->notify >= 0)
		close(server->notify);
	close(server->end);
	server->notify = server->end = -1;
}

void etcd_restart(etcd_server *server)
{
	etcd_run(server);
	etcd_wait(server);
}

void etcd_pause(etcd_server *server)
{
	int status;
	kill(server->pid, SIGSTOP);
	need(waitpid(server->pid, &status, WUNTRACED) == server->pid, "waitpid");
}

void etcd_resume(etcd_server *server)
{
	kill(server->pid, SIGCONT);
}

static int remove_one(const char *path, const struct stat *status, int type, struct FTW *ftw)
{
	(void)status;
	(void)type;
	(void)ftw;
	return remove(path);
}

void etcd_stop(etcd_server *server)
{
	if (!server->folder[0])
		return;
	etcd_kill(server);
	nftw(server->folder, remove_one, 16, FTW_DEPTH | FTW_PHYS);
	for (size_t i = 0; server->arguments[i]; i++)
		free(server->arguments[i]);
	close(server->reserved[0]);
	close(server->reserved[1]);
	*server = (etcd_server){0};
}
