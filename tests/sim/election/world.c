/* Opening, closing, and the passing of time on several clocks. */
#include "world.h"

#include <stdio.h>
#include <string.h>

enum { TICK_US = 100000, HISTORY = 200 };

uint64_t below(world *w, uint64_t n)
{
	return korch__random_below(&w->random, n);
}

static korch_usec local_time(const process *p)
{
	korch_usec passed = korch_loop_now(p->world->net.loop) - START_US;
	return START_US + p->ahead_us + passed / 1000 * p->rate_permille;
}

void process_start(process *p)
{
	world *w = p->world;
	wire_new(&p->store, &p->wire, &w->net, p->loop);
	const korch_elector_options election = {
	    .size = sizeof(election),
	    .loop = p->loop,
	    .store = p->store,
	    .identity = p->name,
	    .duration_us = LEASE_S * SECOND,
	    .seed = below(w, UINT32_MAX) + 1,
	};
	need(korch_elector_new(&p->elector, &election, NULL));
	const korch_engine_options options = {.size = sizeof(options),
	                                      .loop = p->loop,
	                                      .store = p->store,
	                                      .seed = below(w, UINT32_MAX) + 1,
	                                      .backoff_max_us = 5 * SECOND,
	                                      .elector = p->elector};
	need(korch_engine_new(&p->engine, &options, NULL));
	work_add(p);
	need(korch_engine_start(p->engine, NULL));
}

void process_end(process *p)
{
	korch_engine_stats stats;
	korch_engine_get_stats(&stats, p->engine);
	p->fenced += stats.fenced;
	korch_engine_free(p->engine);
	korch_elector_free(p->elector);
	korch_store_free(p->store);
	p->engine = NULL;
}

static void open_process(world *w, int i)
{
	process *p = &w->processes[i];
	*p = (process){.world = w, .rate_permille = 1000};
	snprintf(p->name, sizeof(p->name), "p%d", i);
	snprintf(p->controller, sizeof(p->controller), "worker-p%d", i);
	p->rate_permille = w->is_sane ? 930 + (int)below(w, 140) : 300 + (int)below(w, 1700);
	p->ahead_us = (korch_usec)below(w, 1000) * SECOND;
	need(korch_loop_new_virtual(&p->loop, START_US + p->ahead_us, NULL));
	process_start(p);
}

void world_open(world *w, uint64_t seed)
{
	memset(w, 0, sizeof(*w));
	w->seed = seed;
	w->is_sane = seed % 2;
	korch__random_init(&w->random, seed);
	korch__random_init(&w->net.random, seed + 1);
	need(korch_loop_new_virtual(&w->net.loop, START_US, NULL));
	need(korch_store_memory_new(&w->net.store, w->net.loop, HISTORY, NULL));
	const korch_watch_query query = {.since = 0};
	need(korch_store_watch(&w->watch, w->net.store, &query, NULL, NULL));
	for (int i = 0; i < ITEMS; i++)
		work_wish(w, i);
	for (int i = 0; i < PROCESSES; i++)
		open_process(w, i);
}

void world_close(world *w)
{
	for (int i = 0; i < PROCESSES; i++) {
		process_end(&w->processes[i]);
		korch_loop_free(w->processes[i].loop);
	}
	/* What is under way still ends. */
	korch_loop_step(w->net.loop, korch_loop_now(w->net.loop) + 200 * SECOND);
	korch_watch_free(w->watch);
	korch_store_free(w->net.store);
	korch_loop_free(w->net.loop);
}

process *world_leader(world *w)
{
	for (int i = 0; i < PROCESSES; i++)
		if (!w->processes[i].is_frozen && korch_elector_leads(w->processes[i].elector, NULL))
			return &w->processes[i];
	return NULL;
}

static void tick(world *w, korch_usec until)
{
	korch_loop_step(w->net.loop, until);
	laws_follow(w);
	for (int i = 0; i < PROCESSES; i++) {
		process *p = &w->processes[i];
		if (p->is_frozen)
			continue;
		if (below(w, 10) == 0)
			work_submit(p);
		korch_loop_step(p->loop, local_time(p));
	}
	laws_leaders(w);
}

void world_pass(world *w, korch_usec us)
{
	korch_usec end = korch_loop_now(w->net.loop) + us;
	while (korch_loop_now(w->net.loop) < end)
		tick(w, korch_loop_now(w->net.loop) + TICK_US);
}
