/* HAProxy as a router: the table of functions, making and freeing it. */
#include "base/cleanup.h"
#include "base/text.h"
#include "traffic/haproxy/haproxy.h"
#include <arpa/inet.h>
#include <dirent.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static const char NAME_LETTERS[] =
    "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-";

static int is_plain(const char *name)
{
	return !name[strspn(name, NAME_LETTERS)];
}

/* HAProxy's configuration gives other letters of a header's or a cookie's name a meaning. */
static const char *find_wrong_name(const korch_traffic *traffic)
{
	if (traffic->cookie && !is_plain(traffic->cookie))
		return "a cookie's name may have letters, digits, '-' and '_' here";
	for (size_t i = 0; i < traffic->n_header_routes; i++)
		for (size_t j = 0; j < traffic->header_routes[i].n_matches; j++) {
			const korch_traffic_match *match = &traffic->header_routes[i].matches[j];
			for (size_t k = 0; k < match->n_headers; k++)
				if (!is_plain(match->headers[k].name))
					return "a header's name may have letters, digits, '-' and '_' here";
		}
	return NULL;
}

static int is_anothers(const haproxy_router *router, const korch_traffic *traffic)
{
	for (size_t i = 0; i < router->routes.n; i++) {
		const korch_traffic *other = router->routes.items[i]->wanted;
		if (korch__text_equal(other->namespace_, traffic->namespace_) &&
		    korch__text_equal(other->service, traffic->service) &&
		    !korch__text_equal(other->name, traffic->name))
			return 1;
	}
	return 0;
}

/* Those before are not applied any more. */
static void cancel_earlier(haproxy_router *router, const korch_traffic_call *by)
{
	for (korch_traffic_call *call = router->calls.first; call; call = call->next)
		if (call != by && call->kind == KORCH_CALL_SET && call->due == KORCH_USEC_NEVER &&
		    korch__text_equal(call->namespace_, by->namespace_) &&
		    korch__text_equal(call->name, by->name))
			korch__call_settle(&router->calls, call, KORCH_E_CANCELED,
			                   "a later one has taken its place");
}

static int haproxy_set(void *self, const korch_traffic *traffic, korch_router_done_fn fn,
                       void *userdata)
{
	haproxy_router *router = self;
	const korch__haproxy_source *source = &router->source;
	korch_traffic *copy = korch_traffic_dup(traffic);
	korch_traffic_call *call = copy ? korch__call_add(&router->calls, KORCH_CALL_SET,
	                                                  traffic->namespace_, traffic->name, userdata)
	                                : NULL;
	const char *wrong = find_wrong_name(traffic);
	if (!call) {
		korch_traffic_free(copy);
		return KORCH_E_NOMEM;
	}
	call->fn.done = fn;
	int r = 0;
	if (wrong)
		r = KORCH_E_INVALID;
	else if (source->has_service &&
	         !source->has_service(source->userdata, traffic->namespace_, traffic->service))
		r = KORCH_E_NOT_FOUND;
	else if (is_anothers(router, traffic))
		r = KORCH_E_EXISTS;
	else
		r = korch__haproxy_route_set(router, &copy);
	korch_traffic_free(copy);
	if (r < 0) {
		korch__call_settle(&router->calls, call, r,
		                   wrong                    ? wrong
		                   : r == KORCH_E_NOT_FOUND ? "there is no such Service"
		                   : r == KORCH_E_EXISTS    ? "the Service is another rollout's"
		                                            : NULL);
		return 0;
	}
	call->version = router->version;
	cancel_earlier(router, call);
	korch__haproxy_kick(router);
	return 0;
}

static int haproxy_remove(void *self, const char *namespace_, const char *name,
                          korch_router_done_fn fn, void *userdata)
{
	haproxy_router *router = self;
	haproxy_route *route = korch__haproxy_route_find(router, namespace_, name);
	korch_traffic_call *call =
	    korch__call_add_remove(&router->calls, namespace_, name, fn, userdata);
	if (!call)
		return KORCH_E_NOMEM;
	cancel_earlier(router, call);
	for (size_t i = 0; route && i < router->routes.n; i++)
		if (router->routes.items[i] == route) {
			memmove(&router->routes.items[i], &router->routes.items[i + 1],
			        (router->routes.n - i - 1) * sizeof(haproxy_route *));
			router->routes.n--;
			break;
		}
	korch__haproxy_leave(router, route);
	korch__haproxy_route_free(route);
	call->version = route ? ++router->version : 0;
	if (route)
		korch__haproxy_kick(router);
	else
		korch__call_settle(&router->calls, call, 0, NULL);
	return 0;
}

static int haproxy_get(void *self, const char *namespace_, const char *name, korch_router_get_fn fn,
                       void *userdata)
{
	haproxy_router *router = self;
	return korch__call_get(&router->calls, namespace_, name, fn, userdata);
}

static int haproxy_stats(void *self, const char *namespace_, const char *name,
                         korch_router_stats_fn fn, void *userdata)
{
	haproxy_router *router = self;
	korch_traffic_call *call =
	    korch__call_add_stats(&router->calls, namespace_, name, fn, userdata);
	if (!call)
		return KORCH_E_NOMEM;
	if (router->state == HAPROXY_UP || router->state == HAPROXY_APPLYING)
		korch__haproxy_read_stats(router);
	else
		korch__call_due(&router->calls, call, korch_loop_now(router->loop));
	return 0;
}

static const char *not_in_force(const haproxy_router *router, const haproxy_route *route)
{
	if (router->state == HAPROXY_OFF || router->state == HAPROXY_STARTING)
		return "HAProxy is being started";
	if (route->good != route->wanted || router->is_stale || router->state == HAPROXY_APPLYING)
		return "a change is under way";
	if (router->source.lead && !route->is_led)
		return "the Service's clients are not led to HAProxy yet";
	for (size_t i = 0; i < route->backends.n; i++)
		if (route->good->destinations[i].weight && !route->backends.items[i]->n_endpoints)
			return "a revision that has weight has no ready endpoint";
	return "";
}

static void run_get(const haproxy_router *router, korch_traffic_call *call)
{
	const haproxy_route *route = korch__haproxy_route_find(router, call->namespace_, call->name);
	char address[64], metrics[96];
	if (!route || !route->good) {
		korch__call_complete(call, KORCH_E_NOT_FOUND, "");
		return;
	}
	snprintf(address, sizeof(address), "%s:%d", router->address, route->port);
	snprintf(metrics, sizeof(metrics), "http://%s:%d/metrics", router->address,
	         router->metrics_port);
	korch_traffic_report report = {.traffic = route->good,
	                               .reason = not_in_force(router, route),
	                               .address = address,
	                               .metrics = metrics};
	report.in_force = !*report.reason;
	call->fn.get(call->userdata, 0, &report);
}

static void run(void *self, korch_traffic_call *call)
{
	if (call->kind == KORCH_CALL_GET)
		run_get(self, call);
	else if (call->kind == KORCH_CALL_STATS)
		korch__haproxy_answer_stats(self, call);
	else
		korch__call_complete(call, call->code, call->message);
}

static void remove_folder(const haproxy_router *router)
{
	DIR *folder = router->folder && router->own_folder ? opendir(router->folder) : NULL;
	for (struct dirent *entry; folder && (entry = readdir(folder));)
		if (entry->d_name[0] != '.')
			unlinkat(dirfd(folder), entry->d_name, 0);
	if (!folder)
		return;
	closedir(folder);
	rmdir(router->folder);
}

static void haproxy_free(void *self)
{
	haproxy_router *router = self;
	korch__haproxy_talk_fini(&router->talk);
	korch__haproxy_talk_fini(&router->stats);
	korch_timer_free(router->timer);
	korch__haproxy_kill(&router->child);
	for (size_t i = 0; i < router->old.n; i++) {
		korch__haproxy_kill(router->old.items[i]);
		korch__free(router->old.items[i]);
	}
	korch__vec_fini(&router->old);
	korch__calls_fini(&router->calls);
	for (size_t i = 0; i < router->routes.n; i++) {
		korch__haproxy_leave(router, router->routes.items[i]);
		korch__haproxy_route_free(router->routes.items[i]);
	}
	if (router->source.free)
		router->source.free(router->source.userdata);
	korch__vec_fini(&router->routes);
	korch__haproxy_image_fini(&router->image);
	korch__haproxy_image_fini(&router->next);
	if (router->metrics_fd >= 0)
		close(router->metrics_fd);
	remove_folder(router);
	korch__free(router->program);
	korch__free(router->folder);
	korch__free(router->address);
	korch__free(router);
}

static const korch_router_ops haproxy_ops = {
    .size = sizeof(haproxy_ops),
    .name = "haproxy",
    .capabilities = KORCH_ROUTER_WEIGHTS | KORCH_ROUTER_HEADER_EXACT | KORCH_ROUTER_HEADER_PREFIX |
                    KORCH_ROUTER_HEADER_REGEX | KORCH_ROUTER_COOKIE_AFFINITY |
                    KORCH_ROUTER_METRICS | KORCH_ROUTER_EXACT,
    .set = haproxy_set,
    .remove = haproxy_remove,
    .get = haproxy_get,
    .stats = haproxy_stats,
    .free = haproxy_free,
};

/* In PATH, and where Debian puts it, which a user's PATH does not have. */
static char *find_program(const char *wanted)
{
	const char *path = getenv("PATH");
	if (wanted)
		return access(wanted, X_OK) == 0 ? korch__strdup(wanted) : NULL;
	_cleanup_free_ char *all = korch__sprintf("%s:/usr/sbin:/usr/local/sbin", path ? path : "");
	for (char *rest = all, *folder; rest && (folder = strsep(&rest, ":"));) {
		char *program = *folder ? korch__sprintf("%s/haproxy", folder) : NULL;
		if (program && access(program, X_OK) == 0)
			return program;
		korch__free(program);
	}
	return NULL;
}

static int fill(haproxy_router *router, const korch_router_haproxy_options *options,
                korch_error **err)
{
	struct in_addr ip;
	const char *parent = getenv("TMPDIR");
	router->program = find_program(options ? options->program : NULL);
	if (!router->program)
		return korch_error_set(err, KORCH_E_NOT_FOUND,
		                       "%s is not there; on Debian: apt-get install haproxy",
		                       options && options->program ? options->program : "haproxy");
	router->address = korch__strdup(options && options->address ? options->address : "127.0.0.1");
	router->folder = korch__sprintf("%s/korch-haproxy-XXXXXX", parent ? parent : "/tmp");
	if (!router->address || !router->folder)
		return korch_error_set(err, KORCH_E_NOMEM, "no memory for a router");
	if (inet_pton(AF_INET, router->address, &ip) != 1)
		return korch_error_set(err, KORCH_E_INVALID, "\"%s\" is no IPv4 address", router->address);
	router->own_folder = mkdtemp(router->folder) != NULL;
	if (!router->own_folder)
		return korch_error_set(err, KORCH_E_IO, "%s cannot be made", router->folder);
	router->metrics_fd = korch__haproxy_listen(router->address, &router->metrics_port);
	if (router->metrics_fd < 0)
		return korch_error_set(err, KORCH_E_IO, "no port of %s can be listened at",
		                       router->address);
	return 0;
}

int korch__router_haproxy_new(korch_router **out, korch_loop *loop,
                              const korch_router_haproxy_options *options,
                              const korch__haproxy_source *source, korch_error **err)
{
	if (!out || !loop || (options && options->size < sizeof(*options)))
		return korch_error_set(err, KORCH_E_INVALID,
		                       "a router needs a loop, and options of the known size");
	if (korch_loop_is_virtual(loop))
		return korch_error_set(err, KORCH_E_UNSUPPORTED, "HAProxy needs a loop in real time");
	haproxy_router *router = korch__calloc(1, sizeof(*router));
	if (!router)
		return korch_error_set(err, KORCH_E_NOMEM, "no memory for a router");
	router->loop = loop;
	router->metrics_fd = router->talk.fd = router->stats.fd = -1;
	if (source)
		router->source = *source;
	int r = fill(router, options, err);
	if (r == 0) {
		r = korch__calls_init(&router->calls, loop, run, router);
		if (r == 0)
			r = korch_timer_new(&router->timer, loop, korch__haproxy_on_timer, router);
		if (r == 0)
			r = korch__haproxy_talk_init(&router->talk, loop);
		if (r == 0)
			r = korch__haproxy_talk_init(&router->stats, loop);
		if (r == 0)
			r = korch_router_register(out, &haproxy_ops, router, NULL);
		if (r < 0)
			korch_error_set(err, r, "no memory for a router");
	}
	if (r < 0)
		haproxy_free(router);
	return r;
}

int korch_router_haproxy_new(korch_router **out, korch_loop *loop,
                             const korch_router_haproxy_options *options, korch_error **err)
{
	return korch__router_haproxy_new(out, loop, options, NULL, err);
}

void korch__router_haproxy_changed(korch_router *router)
{
	haproxy_router *self = korch_router_get_self(router);
	self->is_stale = 1;
	korch__haproxy_kick(self);
}
