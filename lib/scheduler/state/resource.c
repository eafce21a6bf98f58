/* Resources by number, and the columns of amounts by resource and slot. */
#include "base/cleanup.h"
#include "scheduler/state/state.h"
#include <korch/quantity.h>
#include <string.h>

uint32_t korch__resource_find(const korch_scheduler *s, const char *name)
{
	for (uint32_t i = 0; i < s->n_resources; i++) {
		if (strcmp(s->resources[i], name) == 0)
			return i;
	}
	return NONE;
}

/* Columns exist only once there are slots. */
static int new_column(int64_t **out, const korch_scheduler *s)
{
	if (s->cap > 0)
		*out = korch__calloc(s->cap, sizeof(int64_t));
	return s->cap > 0 && !*out ? KORCH_E_NOMEM : 0;
}

uint32_t korch__resource_number(korch_scheduler *s, const char *name)
{
	uint32_t known = korch__resource_find(s, name);
	if (known != NONE || s->n_resources == KORCH_SCHEDULER_RESOURCES_MAX)
		return known;
	char *copy = korch__strdup(name);
	int64_t *alloc = NULL, *used = NULL;
	if (!copy || new_column(&alloc, s) < 0 || new_column(&used, s) < 0) {
		korch__free(copy);
		korch__free(alloc);
		korch__free(used);
		return NONE;
	}
	s->resources[s->n_resources] = copy;
	s->alloc[s->n_resources] = alloc;
	s->used[s->n_resources] = used;
	return s->n_resources++;
}

int64_t korch__resource_amount(uint32_t resource, const char *text)
{
	return resource == RES_CPU ? korch_quantity_text_milli(text) : korch_quantity_text_value(text);
}

static int grow(void *slot, size_t old, size_t cap)
{
	int64_t *memory = NULL;
	memcpy(&memory, slot, sizeof(memory));
	memory = korch__realloc_array(memory, cap, sizeof(*memory));
	if (!memory)
		return KORCH_E_NOMEM;
	memset(memory + old, 0, (cap - old) * sizeof(*memory));
	memcpy(slot, &memory, sizeof(memory));
	return 0;
}

int korch__columns_reserve(korch_scheduler *s, size_t slots)
{
	if (slots <= s->cap)
		return 0;
	slots = (slots + COLUMN_STEP - 1) / COLUMN_STEP * COLUMN_STEP;
	for (uint32_t r = 0; r < s->n_resources; r++) {
		if (grow(&s->alloc[r], s->cap, slots) < 0 || grow(&s->used[r], s->cap, slots) < 0)
			return KORCH_E_NOMEM;
	}
	void *const columns[] = {&s->score_cpu,         &s->score_memory,
	                         &s->left_cpu,          &s->left_memory,
	                         &s->left_pods,         &s->score_left_cpu,
	                         &s->score_left_memory, &s->inverse_cpu,
	                         &s->inverse_memory,    &s->tie};
	for (size_t i = 0; i < KORCH_COUNT(columns); i++) {
		if (grow(columns[i], s->cap, slots) < 0)
			return KORCH_E_NOMEM;
	}
	s->cap = slots;
	return 0;
}

void korch__columns_free(korch_scheduler *s)
{
	for (uint32_t r = 0; r < s->n_resources; r++) {
		korch__free(KORCH_STEAL(s->alloc[r]));
		korch__free(KORCH_STEAL(s->used[r]));
	}
	korch__free(KORCH_STEAL(s->score_cpu));
	korch__free(KORCH_STEAL(s->score_memory));
	korch__free(KORCH_STEAL(s->left_cpu));
	korch__free(KORCH_STEAL(s->left_memory));
	korch__free(KORCH_STEAL(s->left_pods));
	korch__free(KORCH_STEAL(s->score_left_cpu));
	korch__free(KORCH_STEAL(s->score_left_memory));
	korch__free(KORCH_STEAL(s->inverse_cpu));
	korch__free(KORCH_STEAL(s->inverse_memory));
	korch__free(KORCH_STEAL(s->tie));
	s->cap = 0;
}

static int64_t minus(int64_t a, int64_t b)
{
	return (int64_t)((uint64_t)a - (uint64_t)b);
}

void korch__columns_settle(korch_scheduler *s, uint32_t slot)
{
	int64_t cpu = s->alloc[RES_CPU][slot], memory = s->alloc[RES_MEMORY][slot];
	s->left_cpu[slot] = minus(cpu, s->used[RES_CPU][slot]);
	s->left_memory[slot] = minus(memory, s->used[RES_MEMORY][slot]);
	s->left_pods[slot] = minus(s->alloc[RES_PODS][slot], s->used[RES_PODS][slot]);
	s->score_left_cpu[slot] = minus(cpu, s->score_cpu[slot]);
	s->score_left_memory[slot] = minus(memory, s->score_memory[slot]);
}

void korch__resources_free(korch_scheduler *s)
{
	for (uint32_t r = RES_FIXED; r < s->n_resources; r++)
		korch__free((char *)(uintptr_t)s->resources[r]);
}
