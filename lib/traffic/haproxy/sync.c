/* Keeping HAProxy at what is wanted: when something is changed at run time, when a new process
 * takes over, and what happens when one ends by itself. */
#include "base/cleanup.h"
#include "base/log.h"
#include "traffic/haproxy/haproxy.h"
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

static const korch_usec PROBE_US = 3 * KORCH_USEC_PER_MSEC;
static const korch_usec START_US = 10 * KORCH_USEC_PER_SEC;
static const korch_usec BACKOFF_US = 100 * KORCH_USEC_PER_MSEC;
static const korch_usec BACKOFF_MAX_US = 10 * KORCH_USEC_PER_SEC;

void korch__haproxy_kick(haproxy_router *router)
{
	korch_usec now = korch_loop_now(router->loop);
	if (router->state == HAPROXY_OFF && router->backoff && router->started + router->backoff > now)
		now = router->started + router->backoff;
	if (router->state == HAPROXY_OFF || router->state == HAPROXY_UP)
		korch_timer_set(router->timer, now);
}

/* Completes the sets and removes up to a version. */
static void settle(haproxy_router *router, uint64_t version, int code, const char *message)
{
	/* What could not be set can be removed all the same: that waits for the next state. */
	for (korch_traffic_call *call = router->calls.first; call; call = call->next)
		if (call->due == KORCH_USEC_NEVER && call->version <= version &&
		    (call->kind == KORCH_CALL_SET || (call->kind == KORCH_CALL_REMOVE && code == 0)))
			korch__call_settle(&router->calls, call, code, message);
}

/* Leads clients to what is in force for the first time; what fails is tried with the next change.
 */
static void lead(haproxy_router *router)
{
	const korch__haproxy_source *source = &router->source;
	for (size_t i = 0; source->lead && i < router->routes.n; i++) {
		haproxy_route *route = router->routes.items[i];
		if (route->is_led || !route->good)
			continue;
		route->is_led =
		    source->lead(source->userdata, route->good, router->address, route->port) == 0;
	}
}

/* `next` is in force. */
static void adopt(haproxy_router *router)
{
	_cleanup_free_ char *errors = korch__sprintf("%s/errors", router->folder);
	/* It tells each change of a server there: that is not kept. */
	if (errors && truncate(errors, 0) < 0)
		korch__log(KORCH_LOG_DEBUG, "haproxy", "%s cannot be emptied", errors);
	korch__haproxy_image_fini(&router->image);
	router->image = router->next;
	router->next = (haproxy_image){0};
	router->applied = router->next_version;
	for (size_t i = 0; i < router->routes.n; i++) {
		haproxy_route *route = router->routes.items[i];
		if (route->version > router->applied || route->good == route->wanted)
			continue;
		korch_traffic_free(route->good);
		route->good = route->wanted;
	}
	lead(router);
	settle(router, router->applied, 0, NULL);
}

static void back_off(haproxy_router *router)
{
	router->backoff = router->backoff ? router->backoff * 2 : BACKOFF_US;
	if (router->backoff > BACKOFF_MAX_US)
		router->backoff = BACKOFF_MAX_US;
	router->started = korch_loop_now(router->loop);
}

/* What was wanted since the last state that worked is given up. */
static void give_up(haproxy_router *router, int code, const char *message)
{
	for (size_t i = router->routes.n; i-- > 0;) {
		haproxy_route *route = router->routes.items[i];
		if (route->good == route->wanted)
			continue;
		if (route->good) {
			korch_traffic *good = korch_traffic_dup(route->good);
			if (good && korch__haproxy_route_set(router, &good) == 0) {
				korch_traffic_free(route->good);
				route->good = route->wanted;
				continue;
			}
			korch_traffic_free(good);
		}
		korch__haproxy_route_free(route);
		korch__vec_swap_remove(&router->routes, i);
	}
	settle(router, router->version, code, message);
	korch__haproxy_kick(router);
}

static int write_file(const char *path, const char *text)
{
	int fd = path ? open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600) : -1;
	size_t n = strlen(text);
	int is_good = fd >= 0 && write(fd, text, n) == (ssize_t)n;
	if (fd >= 0)
		close(fd);
	return is_good ? 0 : KORCH_E_IO;
}

static int write_files(const haproxy_router *router)
{
	_cleanup_free_ char *path = korch__sprintf("%s/haproxy.cfg", router->folder);
	int r = write_file(path, router->next.config);
	for (size_t i = 0; r == 0 && i < router->next.maps.n; i++) {
		const haproxy_map *map = &router->next.maps.items[i];
		_cleanup_free_ char *map_path = korch__haproxy_map_path(router, map->name);
		r = write_file(map_path, map->rows);
	}
	return r;
}

static int spawn(haproxy_router *router)
{
	_cleanup_free_ char *path = korch__sprintf("%s/haproxy.cfg", router->folder);
	_cleanup_free_ int *fds = korch__calloc(router->routes.n + 1, sizeof(*fds));
	char pid[32];
	char name[] = "haproxy", foreground[] = "-db", file[] = "-f", end[] = "-sf";
	char *argv[] = {name, foreground, file, path, NULL, NULL, NULL};
	if (!path || !fds)
		return KORCH_E_NOMEM;
	fds[0] = router->metrics_fd;
	for (size_t i = 0; i < router->routes.n; i++)
		fds[i + 1] = router->routes.items[i]->fd;
	snprintf(pid, sizeof(pid), "%d", (int)router->child.pid);
	router->is_restoring = router->child.pid != 0;
	if (router->is_restoring) {
		argv[4] = end;
		argv[5] = pid;
	}
	korch__haproxy_retire(router);
	router->generation++;
	int r = korch__haproxy_spawn(router, argv, fds, router->routes.n + 1);
	if (r < 0) {
		router->generation--;
		if (!korch__haproxy_restore(router))
			router->state = HAPROXY_OFF;
	}
	return r;
}

static void start(haproxy_router *router)
{
	router->started = korch_loop_now(router->loop);
	router->fold = 0;
	int r = write_files(router);
	if (r == 0)
		r = spawn(router);
	if (r == 0) {
		router->state = HAPROXY_STARTING;
		korch_timer_set(router->timer, router->started + PROBE_US);
		return;
	}
	snprintf(router->reason, sizeof(router->reason), "%s cannot be started: %s", router->program,
	         korch_code_text(r));
	korch__haproxy_image_fini(&router->next);
	if (router->state == HAPROXY_OFF)
		back_off(router);
	give_up(router, r, router->reason);
}

static void on_probe(void *userdata, const char *reply)
{
	haproxy_router *router = userdata;
	if (router->state != HAPROXY_STARTING)
		return;
	/* The one before shares the sockets of clients: as long as it listens its rules are in force.
	 */
	if (!reply || !strstr(reply, "HAProxy") ||
	    (router->is_restoring && korch__haproxy_listens(router, router->generation - 1))) {
		korch_timer_set(router->timer, korch_loop_now(router->loop) + PROBE_US);
		return;
	}
	for (size_t i = 0; i < router->routes.n; i++)
		for (size_t j = 0; j < router->routes.items[i]->backends.n; j++) {
			haproxy_backend *b = router->routes.items[i]->backends.items[j];
			b->before.requests += b->now.requests;
			b->before.errors += b->now.errors;
			b->now = (haproxy_counters){0};
		}
	router->state = HAPROXY_UP;
	router->is_restoring = 0;
	router->backoff = 0;
	adopt(router);
	if (router->version != router->applied || router->is_stale)
		korch__haproxy_kick(router);
}

static void probe(haproxy_router *router)
{
	if (korch_loop_now(router->loop) > router->started + START_US) {
		korch__haproxy_kill(&router->child);
		korch__haproxy_ended(router);
	} else if (!korch__haproxy_talk_is_busy(&router->talk)) {
		korch__haproxy_say(router, &router->talk, "show info", on_probe, router);
	}
}

/* Nothing is routed any more: HAProxy goes when its connections have ended. */
static void stop(haproxy_router *router)
{
	if (router->child.pid) {
		kill(router->child.pid, SIGUSR1);
		korch__haproxy_retire(router);
	}
	router->state = HAPROXY_OFF;
	router->backoff = 0;
	router->next_version = router->version;
	korch__haproxy_image_fini(&router->next);
	adopt(router);
}

static void sync_now(haproxy_router *router)
{
	int r = 0;
	if (router->routes.n == 0) {
		stop(router);
		return;
	}
	router->is_stale = 0;
	for (size_t i = 0; r == 0 && i < router->routes.n; i++)
		r = korch__haproxy_route_fill(router, router->routes.items[i]);
	korch__haproxy_image_fini(&router->next);
	if (r == 0)
		r = korch__haproxy_render(&router->next, router);
	router->next_version = router->version;
	if (r < 0) {
		give_up(router, r, NULL);
	} else if (router->state == HAPROXY_UP && router->image.shape &&
	           strcmp(router->image.shape, router->next.shape) == 0) {
		router->state = HAPROXY_APPLYING;
		korch__haproxy_apply(router);
	} else if (router->state == HAPROXY_UP && router->fold < 2) {
		router->fold = 1;
		korch__haproxy_read_stats(router);
	} else {
		start(router);
	}
}

void korch__haproxy_applied(haproxy_router *router, int code)
{
	if (router->state != HAPROXY_APPLYING)
		return;
	router->state = HAPROXY_UP;
	if (code < 0) {
		korch__log(KORCH_LOG_WARNING, "haproxy", "its runtime socket has refused a change: %s",
		           "another process takes over");
		router->fold = 2;
		start(router);
		return;
	}
	adopt(router);
	if (router->version != router->applied || router->is_stale)
		korch__haproxy_kick(router);
}

void korch__haproxy_on_timer(void *userdata)
{
	haproxy_router *router = userdata;
	if (router->state == HAPROXY_STARTING)
		probe(router);
	else if (router->state != HAPROXY_APPLYING)
		sync_now(router);
}

/* The last alert that HAProxy has written. */
static void read_reason(haproxy_router *router)
{
	char text[8192];
	_cleanup_free_ char *path = korch__sprintf("%s/errors", router->folder);
	int fd = path ? open(path, O_RDONLY | O_CLOEXEC) : -1;
	ssize_t n = fd < 0 ? -1 : read(fd, text, sizeof(text) - 1);
	if (fd >= 0)
		close(fd);
	text[n > 0 ? n : 0] = 0;
	const char *alert = strstr(text, "[ALERT]");
	const char *colon = alert ? strstr(alert, " : ") : NULL;
	snprintf(router->reason, sizeof(router->reason), "%.*s",
	         colon ? (int)strcspn(colon + 3, "\n") : 24,
	         colon ? colon + 3 : "HAProxy does not start");
}

void korch__haproxy_ended(haproxy_router *router)
{
	int was_starting = router->state == HAPROXY_STARTING;
	router->talk.fn = NULL; /* nobody answers any more */
	router->state = HAPROXY_OFF;
	if (was_starting) {
		read_reason(router);
		if (korch__haproxy_restore(router)) {
			router->generation--;
			router->state = HAPROXY_UP;
		}
		give_up(router, KORCH_E_INVALID, router->reason);
	}
	router->is_restoring = 0;
	if (router->state == HAPROXY_UP) {
		korch__haproxy_kick(router);
		return;
	}
	korch__log(KORCH_LOG_WARNING, "haproxy", "HAProxy has ended by itself; it is started again");
	back_off(router);
	korch__haproxy_kick(router);
}
