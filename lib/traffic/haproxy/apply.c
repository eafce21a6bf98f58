/* From the image in force to the next one over the runtime socket: servers that come, maps as
 * transactions, servers that go. */
#include "base/cleanup.h"
#include "traffic/haproxy/haproxy.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { LINE = 8000 }; /* of 16 KiB that HAProxy takes */

static void next_step(haproxy_router *router);

static int has_failed(const char *reply)
{
	static const char *const words[] = {"No such",    "Unknown",      "nvalid",    "require",
	                                    "Permission", "out of range", "Malformed", "expects"};
	for (size_t i = 0; reply && i < KORCH_COUNT(words); i++)
		if (strstr(reply, words[i]))
			return 1;
	return !reply;
}

static void on_reply(void *userdata, const char *reply)
{
	haproxy_router *router = userdata;
	if (has_failed(reply))
		korch__haproxy_applied(router, KORCH_E_IO);
	else
		next_step(router);
}

/* Servers are passed twice: first those that come, at the end those that go. */
static int put_server(korch_buf *line, const haproxy_server *was, const haproxy_server *now,
                      int coming)
{
	int is_same =
	    was->slot.port == now->slot.port && strcmp(was->slot.address, now->slot.address) == 0;
	if (is_same || coming != (now->slot.port != 0))
		return 0;
	if (line->len)
		korch__buf_putc(line, ';');
	if (!coming)
		korch__buf_printf(line, "set server %s state maint", now->name);
	else
		korch__buf_printf(line, "set server %s addr %s port %d;set server %s state ready",
		                  now->name, now->slot.address, (int)now->slot.port, now->name);
	return 1;
}

/* One line of servers from next_server on; 0 when there are none left. */
static int say_servers(haproxy_router *router, int coming)
{
	korch_buf line;
	korch__buf_init(&line, 0);
	for (; router->next_server < router->next.servers.n && line.len < LINE; router->next_server++)
		put_server(&line, &router->image.servers.items[router->next_server],
		           &router->next.servers.items[router->next_server], coming);
	int any = line.len > 0;
	if (any)
		korch__haproxy_say(router, &router->talk, line.data ? line.data : "", on_reply, router);
	korch__buf_fini(&line);
	return any;
}

/* One line of a map's rows; at its end the transaction is committed. */
static void say_rows(haproxy_router *router)
{
	const haproxy_map *map = &router->next.maps.items[router->next_map];
	_cleanup_free_ char *path = korch__haproxy_map_path(router, map->name);
	korch_buf line;
	korch__buf_init(&line, 0);
	const char *row = map->rows + router->next_row;
	while (*row && line.len < LINE) {
		int length = (int)strcspn(row, "\n");
		korch__buf_printf(&line, "add map @%u %s %.*s;", router->map_version, path ? path : "",
		                  length, row);
		row += length + (row[length] == '\n');
	}
	router->next_row = (size_t)(row - map->rows);
	if (!*row) {
		korch__buf_printf(&line, "commit map @%u %s", router->map_version, path ? path : "");
		router->next_map++;
		router->next_row = SIZE_MAX;
	}
	korch__haproxy_say(router, &router->talk, line.data ? line.data : "", on_reply, router);
	korch__buf_fini(&line);
}

static void on_prepared(void *userdata, const char *reply)
{
	haproxy_router *router = userdata;
	const char *number = reply ? strstr(reply, "created: ") : NULL;
	if (!number) {
		korch__haproxy_applied(router, KORCH_E_IO);
		return;
	}
	router->map_version = (unsigned)strtoul(number + strlen("created: "), NULL, 10);
	router->next_row = 0;
	say_rows(router);
}

/* Says what comes next of the maps; 0 when none is left. */
static int say_maps(haproxy_router *router)
{
	if (router->next_row != SIZE_MAX) {
		say_rows(router);
		return 1;
	}
	while (router->next_map < router->next.maps.n &&
	       strcmp(router->next.maps.items[router->next_map].rows,
	              router->image.maps.items[router->next_map].rows) == 0)
		router->next_map++;
	if (router->next_map == router->next.maps.n)
		return 0;
	_cleanup_free_ char *path =
	    korch__haproxy_map_path(router, router->next.maps.items[router->next_map].name);
	_cleanup_free_ char *line = korch__sprintf("prepare map %s", path ? path : "");
	korch__haproxy_say(router, &router->talk, line ? line : "", on_prepared, router);
	return 1;
}

static void next_step(haproxy_router *router)
{
	if (router->pass == 0 && say_servers(router, 1))
		return;
	if (router->pass == 0) {
		router->pass = 1;
		router->next_server = 0;
	}
	if (router->pass == 1 && say_maps(router))
		return;
	router->pass = 2;
	if (!say_servers(router, 0))
		korch__haproxy_applied(router, 0);
}

void korch__haproxy_apply(haproxy_router *router)
{
	router->pass = 0;
	router->next_map = router->next_server = 0;
	router->next_row = SIZE_MAX;
	next_step(router);
}
