/* Reads the files of the ROADEF/EURO challenge 2012: white space between numbers, any sizes. */
#include "roadef.h"
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { MOST_BYTES = 1 << 30 };

/* All numbers of a file; NULL when it cannot be read or holds something else. */
static int64_t *read_numbers(const char *path, size_t *n)
{
	FILE *stream = fopen(path, "rb");
	if (!stream)
		return NULL;
	size_t room = 1024;
	int64_t *numbers = malloc(room * sizeof(*numbers));
	long long value;
	*n = 0;
	while (numbers && fscanf(stream, "%lld", &value) == 1) {
		if (*n == room) {
			room *= 2;
			int64_t *more = room <= MOST_BYTES / sizeof(*more)
			                    ? realloc(numbers, room * sizeof(*numbers))
			                    : NULL;
			if (!more)
				free(numbers);
			numbers = more;
			if (!numbers)
				break;
		}
		numbers[(*n)++] = value;
	}
	if (numbers && !feof(stream)) {
		free(numbers);
		numbers = NULL;
	}
	fclose(stream);
	return numbers;
}

static int64_t next(roadef *in)
{
	if (in->next < in->n_numbers)
		return in->numbers[in->next++];
	in->bad = 1;
	return 0;
}

static uint32_t next_index(roadef *in)
{
	int64_t value = next(in);
	if (value >= 0 && value < KORCH_REASSIGN_MAX_ITEMS)
		return (uint32_t)value;
	in->bad = 1;
	return 0;
}

/* A count of things that take at least one number each. */
static size_t next_count(roadef *in)
{
	size_t n = next_index(in);
	if (n <= in->n_numbers - in->next)
		return n;
	in->bad = 1;
	return 0;
}

static void *block(roadef *in, size_t n, size_t size)
{
	void *memory = calloc(n + 1, size);
	if (memory)
		in->blocks[in->n_blocks++] = memory;
	else
		in->bad = 1;
	return memory;
}

static void read_resources(roadef *in, korch_reassign_problem *p)
{
	p->n_resources = next_count(in);
	korch_reassign_resource *resources = block(in, p->n_resources, sizeof(*resources));
	p->resources = resources;
	for (size_t r = 0; !in->bad && r < p->n_resources; r++) {
		resources[r].transient = (int32_t)next_index(in);
		resources[r].load_weight = next(in);
	}
}

static void read_machines(roadef *in, korch_reassign_problem *p)
{
	size_t n = p->n_machines = next_count(in), width = p->n_resources;
	if (in->bad || n * n > in->n_numbers) {
		in->bad = 1;
		return;
	}
	korch_reassign_machine *machines = block(in, n, sizeof(*machines));
	int64_t *capacity = block(in, n * width, sizeof(*capacity));
	int64_t *safety = block(in, n * width, sizeof(*safety));
	int64_t *costs = block(in, n * n, sizeof(*costs));
	p->machines = machines;
	p->capacity = capacity;
	p->safety = safety;
	p->machine_move_cost = costs;
	for (size_t m = 0; !in->bad && m < n; m++) {
		machines[m].neighborhood = next_index(in);
		machines[m].location = next_index(in);
		for (size_t r = 0; r < width; r++)
			capacity[m * width + r] = next(in);
		for (size_t r = 0; r < width; r++)
			safety[m * width + r] = next(in);
		for (size_t to = 0; to < n; to++)
			costs[m * n + to] = next(in);
	}
}

static void read_services(roadef *in, korch_reassign_problem *p)
{
	p->n_services = next_count(in);
	korch_reassign_service *services = block(in, p->n_services, sizeof(*services));
	uint32_t *all = block(in, in->n_numbers, sizeof(*all));
	p->services = services;
	size_t n = 0;
	for (size_t s = 0; !in->bad && s < p->n_services; s++) {
		services[s].spread_min = next_index(in);
		services[s].n_dependencies = (uint32_t)next_count(in);
		services[s].dependencies = all + n;
		for (uint32_t d = 0; d < services[s].n_dependencies; d++)
			all[n++] = next_index(in);
	}
}

static void read_processes(roadef *in, korch_reassign_problem *p)
{
	p->n_processes = next_count(in);
	korch_reassign_process *processes = block(in, p->n_processes, sizeof(*processes));
	int64_t *need = block(in, p->n_processes * p->n_resources, sizeof(*need));
	p->processes = processes;
	p->need = need;
	for (size_t i = 0; !in->bad && i < p->n_processes; i++) {
		processes[i].service = next_index(in);
		for (size_t r = 0; r < p->n_resources; r++)
			need[i * p->n_resources + r] = next(in);
		processes[i].move_cost = next(in);
	}
}

static void read_costs(roadef *in, korch_reassign_problem *p)
{
	p->n_balances = next_count(in);
	korch_reassign_balance *balances = block(in, p->n_balances, sizeof(*balances));
	p->balances = balances;
	for (size_t b = 0; !in->bad && b < p->n_balances; b++) {
		balances[b].first = next_index(in);
		balances[b].second = next_index(in);
		balances[b].target = next(in);
		balances[b].weight = next(in);
	}
	p->process_move_weight = next(in);
	p->service_move_weight = next(in);
	p->machine_move_weight = next(in);
}

static int read_assignment(roadef *in, const char *path, char why[256])
{
	size_t n = 0;
	int64_t *numbers = read_numbers(path, &n);
	uint32_t *initial = block(in, in->problem.n_processes, sizeof(*initial));
	if (!numbers || !initial || n != in->problem.n_processes) {
		snprintf(why, 256, "%s: %zu numbers, a machine for each of %zu processes is needed", path,
		         n, in->problem.n_processes);
		free(numbers);
		return -1;
	}
	for (size_t i = 0; i < n; i++)
		initial[i] = numbers[i] < 0 || numbers[i] > UINT32_MAX ? UINT32_MAX : (uint32_t)numbers[i];
	in->problem.initial = initial;
	free(numbers);
	return 0;
}

int roadef_read(roadef *in, const char *model_path, const char *assignment_path, char why[256])
{
	memset(in, 0, sizeof(*in));
	in->problem.size = sizeof(in->problem);
	in->numbers = read_numbers(model_path, &in->n_numbers);
	if (!in->numbers) {
		snprintf(why, 256, "%s: cannot be read, or holds something else than numbers", model_path);
		return -1;
	}
	void (*const parts[])(roadef *, korch_reassign_problem *) = {
	    read_resources, read_machines, read_services, read_processes, read_costs};
	for (size_t i = 0; i < sizeof(parts) / sizeof(parts[0]) && !in->bad; i++)
		parts[i](in, &in->problem);
	if (in->bad || in->next != in->n_numbers) {
		snprintf(why, 256, "%s: %s number %zu of %zu", model_path,
		         in->bad ? "makes no sense at" : "goes on after", in->next, in->n_numbers);
		return -1;
	}
	return read_assignment(in, assignment_path, why);
}

void roadef_fini(roadef *in)
{
	for (size_t i = 0; i < in->n_blocks; i++)
		free(in->blocks[i]);
	free(in->numbers);
	memset(in, 0, sizeof(*in));
}

int64_t roadef_number(const char *path)
{
	size_t n = 0;
	int64_t *numbers = read_numbers(path, &n), value = numbers && n == 1 ? numbers[0] : -1;
	free(numbers);
	return value;
}
