/* Plans as they are handed out: names instead of pods and slots. */
#include "base/cleanup.h"
#include "base/text.h"
#include "scheduler/whatif/plan.h"
#include <stdlib.h>
#include <string.h>

struct korch_moves {
	korch_move *list; /* strings: block strings, but for `name` and `why` */
	size_t n;
	const char **emptied; /* block strings */
	size_t n_emptied;
	int complete;
	double before;
	double after;
};

static int fill_move(korch_move *to, const korch_scheduler *s, const plan_move *from)
{
	const sched_pod *pod = from->pod;
	to->pod = korch_string_ref(pod->id);
	to->name = korch__sprintf("%s/%s", pod->labels->namespace_, korch__text_or_empty(pod->name));
	to->from = korch_string_ref(s->slots.items[from->from]->name);
	to->to = from->to == NONE ? NULL : korch_string_ref(s->slots.items[from->to]->name);
	to->why = korch__strdup(from->why);
	to->devices = from->devices;
	return to->name && (!from->why || to->why) ? 0 : KORCH_E_NOMEM;
}

static int fill_moves(korch_moves *moves, const sched_plan *plan)
{
	moves->list = korch__calloc(plan->moves.n + plan->stuck.n + 1, sizeof(*moves->list));
	if (!moves->list)
		return KORCH_E_NOMEM;
	for (size_t i = 0; i < plan->moves.n; i++) {
		if (fill_move(&moves->list[moves->n++], plan->s, &plan->moves.items[i]) < 0)
			return KORCH_E_NOMEM;
	}
	for (size_t i = 0; i < plan->stuck.n; i++) {
		if (fill_move(&moves->list[moves->n++], plan->s, &plan->stuck.items[i]) < 0)
			return KORCH_E_NOMEM;
	}
	moves->complete = plan->stuck.n == 0;
	return 0;
}

static int by_text(const void *a, const void *b)
{
	return strcmp(*(const char *const *)a, *(const char *const *)b);
}

int korch__plan_finish(korch_moves **out, const sched_plan *plan, const uint32_t *emptied,
                       size_t n_emptied)
{
	korch_moves *moves = korch__calloc(1, sizeof(*moves));
	if (!moves || fill_moves(moves, plan) < 0 ||
	    !(moves->emptied = korch__calloc(n_emptied + 1, sizeof(*moves->emptied)))) {
		korch_moves_free(moves);
		return KORCH_E_NOMEM;
	}
	for (size_t i = 0; i < n_emptied; i++)
		moves->emptied[moves->n_emptied++] =
		    korch_string_ref(plan->s->slots.items[emptied[i]]->name);
	if (n_emptied > 1)
		qsort((void *)moves->emptied, n_emptied, sizeof(*moves->emptied), by_text);
	*out = moves;
	return 0;
}

void korch__moves_gain(korch_moves *moves, double before, double after)
{
	moves->before = before;
	moves->after = after;
}

const korch_move *korch_moves_list(const korch_moves *moves, size_t *n)
{
	if (n)
		*n = moves ? moves->n : 0;
	return moves ? moves->list : NULL;
}

int korch_moves_complete(const korch_moves *moves)
{
	return moves ? moves->complete : 0;
}

const char *const *korch_moves_emptied(const korch_moves *moves, size_t *n)
{
	if (n)
		*n = moves ? moves->n_emptied : 0;
	return moves ? moves->emptied : NULL;
}

void korch_moves_gain(const korch_moves *moves, double *before, double *after)
{
	if (before)
		*before = moves ? moves->before : 0;
	if (after)
		*after = moves ? moves->after : 0;
}

void korch_moves_free(korch_moves *moves)
{
	if (!moves)
		return;
	for (size_t i = 0; i < moves->n; i++) {
		const korch_move *move = &moves->list[i];
		korch_string_unref(move->pod);
		korch_string_unref(move->from);
		korch_string_unref(move->to);
		korch__free((char *)(uintptr_t)move->name);
		korch__free((char *)(uintptr_t)move->why);
	}
	for (size_t i = 0; moves->emptied && i < moves->n_emptied; i++)
		korch_string_unref(moves->emptied[i]);
	korch__free(moves->list);
	korch__free(moves->emptied);
	korch__free(moves);
}
