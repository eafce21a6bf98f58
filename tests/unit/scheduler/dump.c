/* The state of a scheduler as text: by names, so that it does not matter where things stand. */
#include "dump.h"
#include "base/text.h"
#include "scheduler/filter/claim.h"
#include "scheduler/filter/fit.h"
#include "scheduler/filter/gpu.h"
#include "scheduler/rank/class.h"
#include "scheduler/rank/waiting.h"
#include "scheduler/shape/group.h"
#include "scheduler/state/budget.h"
#include "scheduler/state/nominate.h"
#include "scheduler/topology/terms.h"
#include <check.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

typedef struct lines {
	char **items;
	size_t n, cap;
} lines;

__attribute__((format(printf, 2, 3))) static void add(lines *to, const char *format, ...)
{
	char *line = NULL;
	va_list args;
	va_start(args, format);
	ck_assert_int_ge(vasprintf(&line, format, args), 0);
	va_end(args);
	if (to->n == to->cap) {
		to->cap = to->cap ? 2 * to->cap : 64;
		to->items = realloc(to->items, to->cap * sizeof(*to->items));
		ck_assert_ptr_nonnull(to->items);
	}
	to->items[to->n++] = line;
}

static int by_text(const void *a, const void *b)
{
	return strcmp(*(const char *const *)a, *(const char *const *)b);
}

/* One that nothing is left of may stay until a trial has ended. */
static int is_there(const sched_slot *slot)
{
	return slot->name && (slot->node || slot->pods.n > 0 || slot->n_nominated > 0);
}

static void dump_slot(lines *to, const korch_scheduler *s, const sched_slot *slot)
{
	for (uint32_t r = 0; r < s->n_resources; r++) {
		if (s->alloc[r][slot->index] || s->used[r][slot->index])
			add(to, "node %s %s: %lld of %lld", slot->name, s->resources[r],
			    (long long)s->used[r][slot->index], (long long)s->alloc[r][slot->index]);
	}
	add(to, "node %s there %d score %lld %lld ports %u nominated %u pods %zu", slot->name,
	    slot->node != NULL, (long long)s->score_cpu[slot->index],
	    (long long)s->score_memory[slot->index], slot->n_ports, slot->n_nominated, slot->pods.n);
	for (uint32_t i = 0; i < slot->n_devices; i++)
		add(to, "node %s device %u: %d", slot->name, i, slot->devices[i]);
	for (const sched_nomination *one = slot->nominated; one; one = one->next) {
		ck_assert(one->pod->hidden && !one->pod->counted && !one->suspended);
		ck_assert_uint_eq(one->pod->slot, slot->index);
		add(to, "pod %s nominated to %s", one->pod->id, slot->name);
	}
	for (size_t i = 0; i < slot->pods.n; i++) {
		const sched_pod *pod = slot->pods.items[i];
		ck_assert(!pod->hidden);
		ck_assert_uint_eq(pod->at, i);
		ck_assert_uint_eq(pod->slot, slot->index);
		add(to, "pod %s on %s devices %llx counted %d leaving %d", pod->id, slot->name,
		    (unsigned long long)pod->devices, pod->counted, pod->terminating);
	}
}

/* What a pod adds to a counter, told by what it is. */
static void recount(const sched_counter *c, const sched_pod *pod, int32_t *matching, int32_t *anti,
                    int64_t *weights)
{
	int matches = 0;
	for (size_t i = 0; i < pod->labels->matches.n; i++)
		matches |= pod->labels->matches.items[i] == c->matcher;
	if (c->inclusion)
		matches &= !pod->terminating && korch__included(c->inclusion, pod->slot);
	*matching += matches;
	for (size_t i = 0; pod->terms && i < pod->terms->owned.n; i++) {
		const sched_want *want = &pod->terms->owned.items[i];
		*anti += want->counter == c && want->weight == 0;
		*weights += want->counter == c ? want->weight : 0;
	}
}

static void check_domain(const korch_scheduler *s, const sched_counter *c, uint32_t domain)
{
	const sched_pod *pod;
	int32_t matching = 0, anti = 0;
	int64_t weights = 0;
	for (size_t at = 0; (pod = korch__table_next(&s->pod_table, &at));) {
		if (s->slots.items[pod->slot]->node && c->key->of[pod->slot] == domain)
			recount(c, pod, &matching, &anti, &weights);
	}
	if (c->matching)
		ck_assert_int_eq(c->matching[domain], matching);
	if (c->anti)
		ck_assert_int_eq(c->anti[domain], anti);
	if (c->weights)
		ck_assert_int_eq(c->weights[domain], weights);
}

static void check_least(const sched_counter *c)
{
	int32_t least = INT32_MAX;
	uint32_t n = 0;
	for (uint32_t d = 0; d < c->key->n_ids; d++) {
		if (c->nodes[d] == 0 || c->matching[d] > least)
			continue;
		n = c->matching[d] < least ? 1 : n + 1;
		least = c->matching[d];
	}
	ck_assert_int_eq(c->least, n ? least : 0);
	ck_assert_uint_eq(c->n_at_least, n);
}

static size_t count_matches(const korch_scheduler *s, const sched_matcher *matcher)
{
	const sched_pod *pod;
	size_t n = 0;
	for (size_t at = 0; (pod = korch__table_next(&s->pod_table, &at));) {
		for (size_t i = 0; pod->counted && i < pod->labels->matches.n; i++)
			n += pod->labels->matches.items[i] == matcher;
	}
	return n;
}

/* Counters that nobody asked for before may have come: each must count what there is. */
static void check_counters(const korch_scheduler *s)
{
	const sched_matcher *matcher;
	for (size_t at = 0; (matcher = korch__table_next(&s->matcher_table, &at));) {
		ck_assert_uint_eq(matcher->n_pods, count_matches(s, matcher));
		for (size_t i = 0; i < matcher->counters.n; i++) {
			const sched_counter *c = matcher->counters.items[i];
			for (uint32_t d = 0; d < c->key->n_ids; d++)
				check_domain(s, c, d);
			if (c->nodes && c->matching)
				check_least(c);
		}
	}
}

static void dump_groups(lines *to, const korch_scheduler *s)
{
	const sched_group *group;
	for (size_t at = 0; (group = korch__table_next(&s->group_table, &at));) {
		for (uint32_t i = 0; i < s->slots.n; i++) {
			if (korch__group_count(group, i) > 0)
				add(to, "group %s on %s: %u", group->name, s->slots.items[i]->name,
				    korch__group_count(group, i));
		}
	}
}

/* The name behind a slot's. */
static const char *next_name(const korch_scheduler *s, const sched_slot *slot)
{
	uint32_t at = slot->after;
	while (at != NONE && !is_there(s->slots.items[at]))
		at = s->slots.items[at]->after;
	return at == NONE ? "-" : s->slots.items[at]->name;
}

/* What is left of a trial when it was not undone whole: the order in which things stand, and what
 * only some decisions look at. */
static void dump_slot_order(lines *to, const korch_scheduler *s, const sched_slot *slot)
{
	size_t n = 0;
	for (size_t k = 0; k < slot->pods.n; k++) {
		const sched_pod *pod = slot->pods.items[k];
		add(to, "node %s pod %zu: %s since %lld devices %llx preempted %d hidden %d", slot->name, k,
		    pod->id, (long long)pod->start_time, (unsigned long long)pod->devices, pod->preempted,
		    pod->hidden);
	}
	for (const sched_nomination *one = slot->nominated; one; one = one->next)
		add(to, "node %s nominated %zu: %s", slot->name, n++, one->pod->id);
	if (s->ties != KORCH_TIES_NAME)
		return;
	add(to, "node %s before %s", slot->name, next_name(s, slot));
	ck_assert(slot->before == NONE || s->tie[slot->before] < s->tie[slot->index]);
}

static void dump_lists(lines *to, const korch_scheduler *s)
{
	const sched_claim *claim;
	const sched_image *image;
	const sched_namespace *ns;
	for (size_t i = 0; i < s->budgets.n; i++)
		add(to, "budget %zu: %s/%s allows %d", i, s->budgets.items[i]->namespace_,
		    s->budgets.items[i]->name, s->budgets.items[i]->allowed);
	for (size_t at = 0; (claim = korch__table_next(&s->claim_table, &at));) {
		if (claim->is_there)
			add(to, "claim %s: %p", claim->id, (const void *)claim->nodes);
	}
	for (size_t at = 0; (image = korch__table_next(&s->image_table, &at));)
		add(to, "image %s: %lld on %u kept %u", image->name, (long long)image->size, image->n_nodes,
		    image->n_kept);
	for (size_t at = 0; (ns = korch__table_next(&s->namespace_table, &at));) {
		for (size_t i = 0; ns->labels && i < ns->labels->n; i++)
			add(to, "namespace %s: %s=%s", ns->name, ns->labels->items[i].key,
			    korch__text_or_empty(ns->labels->items[i].value));
	}
}

static void dump_waiting(lines *to, const korch_scheduler *s)
{
	const sched_waiting *one;
	for (size_t at = 0; (one = korch__table_next(&s->waiting_table, &at));) {
		const sched_queue *queue = one->class_->queue;
		add(to, "waits: %s sequence %llu", one->id, (unsigned long long)one->sequence);
		ck_assert_ptr_eq(queue->items.items[one->at], one);
		ck_assert_uint_le(queue->first, one->at);
		ck_assert(!one->is_gone || s->journal);
	}
	for (size_t i = 0; i < s->waiting_classes.n; i++)
		ck_assert_uint_gt(s->waiting_classes.items[i]->n_waiting, 0);
}

static char *finish(lines *all)
{
	char *text = NULL;
	size_t size = 0;
	qsort(all->items, all->n, sizeof(*all->items), by_text);
	FILE *out = open_memstream(&text, &size);
	ck_assert_ptr_nonnull(out);
	for (size_t i = 0; i < all->n; i++) {
		fprintf(out, "%s\n", all->items[i]);
		free(all->items[i]);
	}
	fclose(out);
	free(all->items);
	return text;
}

static void dump_numbers(lines *all, const korch_scheduler *s)
{
	for (size_t i = 0; i < s->slots.n; i++) {
		if (is_there(s->slots.items[i]))
			dump_slot(all, s, s->slots.items[i]);
	}
	dump_groups(all, s);
	check_counters(s);
	add(all, "%zu nodes %zu pods %zu wait", s->n_nodes, s->pod_table.n, s->waiting_table.n);
}

char *dump_state(const korch_scheduler *s)
{
	lines all = {0};
	dump_numbers(&all, s);
	return finish(&all);
}

char *dump_whole(const korch_scheduler *s)
{
	lines all = {0};
	dump_numbers(&all, s);
	for (size_t i = 0; i < s->slots.n; i++) {
		if (is_there(s->slots.items[i]))
			dump_slot_order(&all, s, s->slots.items[i]);
	}
	dump_lists(&all, s);
	dump_waiting(&all, s);
	add(&all, "state %llu", (unsigned long long)s->changes);
	return finish(&all);
}

void check_same(char *before, char *after)
{
	char *a = before, *b = after;
	while (*a && strcspn(a, "\n") == strcspn(b, "\n") && strncmp(a, b, strcspn(a, "\n")) == 0) {
		a += strcspn(a, "\n") + (a[strcspn(a, "\n")] != '\0');
		b += strcspn(b, "\n") + (b[strcspn(b, "\n")] != '\0');
	}
	ck_assert_msg(*a == *b && strcmp(a, b) == 0, "before: %.*s; after: %.*s", (int)strcspn(a, "\n"),
	              a, (int)strcspn(b, "\n"), b);
	free(before);
	free(after);
}

static void check_slot(const korch_scheduler *s, const sched_slot *slot)
{
	for (uint32_t r = 0; r < s->n_resources; r++)
		ck_assert_int_le(s->used[r][slot->index], s->alloc[r][slot->index]);
	for (uint32_t i = 0; i < slot->n_devices; i++) {
		ck_assert_int_ge(slot->devices[i], 0);
		ck_assert_int_le(slot->devices[i], DEVICE_WHOLE);
	}
	for (size_t i = 0; i < slot->pods.n; i++) {
		for (size_t k = 0; k < i; k++)
			ck_assert(
			    !korch__ports_collide(slot->pods.items[i]->shape, slot->pods.items[k]->shape));
	}
}

void check_not_overcommitted(const korch_scheduler *s)
{
	for (size_t i = 0; i < s->slots.n; i++) {
		if (s->slots.items[i]->node)
			check_slot(s, s->slots.items[i]);
	}
}
