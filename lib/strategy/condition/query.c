/* Functions that ask a closure about each element of an array. */
#include "strategy/condition/value.h"

typedef korch__condition_value value;

/* What was found so far. */
typedef struct query {
	int function;
	size_t hits;
	size_t first; /* index of the first hit */
	value *items; /* FILTER, MAP: the outcome */
	size_t n;
} query;

/* Whether the outcome is known already. */
static int decided(const query *self, int yes)
{
	switch (self->function) {
	case FN_ALL:
		return !yes;
	case FN_ANY:
	case FN_FIND:
	case FN_FIND_INDEX:
	case FN_NONE:
		return yes;
	case FN_ONE:
		return self->hits > 1;
	default:
		return 0;
	}
}

/* 1 when it is enough, 0 when not, or a code. */
static int visit(korch__condition_run *run, const korch__condition_node *node, query *self,
                 size_t i)
{
	value answer = node->b < 0 ? run->item : korch__condition_evaluate(run, node->b);
	if (run->code < 0)
		return run->code;
	if (self->function == FN_MAP) {
		self->items[self->n++] = answer;
		return 0;
	}
	if (answer.type != COND_BOOL) {
		korch__condition_error(run, KORCH_E_INVALID, node,
		                       "predicate should return boolean (got %s)",
		                       korch__condition_type_name(answer.type));
		return run->code;
	}
	int yes = (int)answer.as.number;
	if (yes && self->hits++ == 0)
		self->first = i;
	if (yes && self->function == FN_FILTER)
		self->items[self->n++] = run->item;
	return decided(self, yes);
}

static value outcome(const query *self, const value *array, int stopped)
{
	switch (self->function) {
	case FN_ALL:
		return korch__condition_bool(!stopped);
	case FN_ANY:
		return korch__condition_bool(self->hits > 0);
	case FN_NONE:
		return korch__condition_bool(self->hits == 0);
	case FN_ONE:
		return korch__condition_bool(self->hits == 1);
	case FN_COUNT:
		return korch__condition_int((int64_t)self->hits);
	case FN_FIND:
		return self->hits ? korch__condition_element(array, self->first) : korch__condition_nil();
	case FN_FIND_INDEX:
		return self->hits ? korch__condition_int((int64_t)self->first) : korch__condition_nil();
	default:
		return (value){.type = COND_ARRAY, .made = 1, .as.items = self->items, .length = self->n};
	}
}

korch__condition_value korch__condition_query(korch__condition_run *run,
                                              const korch__condition_node *node)
{
	query self = {.function = node->function};
	value array = korch__condition_evaluate(run, node->a);
	const value outer_item = run->item;
	const int64_t outer_index = run->index;
	int stopped = 0;
	if (run->code < 0)
		return korch__condition_nil();
	if (array.type != COND_ARRAY)
		return korch__condition_error(run, KORCH_E_INVALID, node,
		                              "builtin %s takes only array (got %s)",
		                              korch__condition_functions[node->function].name,
		                              korch__condition_type_name(array.type));
	if (self.function == FN_FILTER || self.function == FN_MAP) {
		self.items = korch__condition_take_memory(run, node, array.length, sizeof(value));
		if (!self.items)
			return korch__condition_nil();
	}
	for (size_t i = 0; i < array.length && stopped == 0; i++) {
		run->item = korch__condition_element(&array, i);
		run->index = (int64_t)i;
		stopped = korch__condition_work(run, node, 1) < 0 ? run->code : visit(run, node, &self, i);
	}
	run->item = outer_item;
	run->index = outer_index;
	return stopped < 0 ? korch__condition_nil() : outcome(&self, &array, stopped);
}
