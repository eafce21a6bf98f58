/* Machine reassignment: compiles a problem that was found in order into the search's tables. */
#include "base/alloc.h"
#include "scheduler/reassign/reassign.h"
#include <stdlib.h>
#include <string.h>

void korch__reassign_model_fini(korch__reassign_model *m)
{
	void *tables[] = {m->transient,    m->weight,          m->capacity,    m->safety,
	                  m->need,         m->process_move,    m->service,     m->initial,
	                  m->location,     m->neighborhood,    m->balances,    m->presence_row,
	                  m->location_row, m->depend_row,      m->needs_start, m->needs,
	                  m->needed_by,    m->needed_by_start, m->need_home,   m->goes_start,
	                  m->goes,         m->by_size};
	for (size_t i = 0; i < sizeof(tables) / sizeof(tables[0]); i++)
		korch__free(tables[i]);
	memset(m, 0, sizeof(*m));
}

static int allocate(korch__reassign_model *m, size_t dependencies)
{
	size_t n = m->n_resources;
	m->transient = korch__calloc(n, sizeof(*m->transient));
	m->weight = korch__calloc(n, sizeof(*m->weight));
	m->capacity = korch__calloc(m->n_machines * n, sizeof(*m->capacity));
	m->safety = korch__calloc(m->n_machines * n, sizeof(*m->safety));
	m->need = korch__calloc(((size_t)m->n_processes + 1) * n, sizeof(*m->need));
	m->need_home = korch__calloc(((size_t)m->n_processes + 1) * n, sizeof(*m->need_home));
	m->process_move = korch__calloc((size_t)m->n_processes + 1, sizeof(*m->process_move));
	m->service = korch__calloc((size_t)m->n_processes + 1, sizeof(*m->service));
	m->initial = korch__calloc((size_t)m->n_processes + 1, sizeof(*m->initial));
	m->location = korch__calloc(m->n_machines, sizeof(*m->location));
	m->neighborhood = korch__calloc(m->n_machines, sizeof(*m->neighborhood));
	m->balances = korch__calloc((size_t)m->n_balances + 1, sizeof(*m->balances));
	m->presence_row = korch__calloc(m->n_services, sizeof(*m->presence_row));
	m->location_row = korch__calloc(m->n_services, sizeof(*m->location_row));
	m->depend_row = korch__calloc(m->n_services, sizeof(*m->depend_row));
	m->needs_start = korch__calloc((size_t)m->n_services + 1, sizeof(*m->needs_start));
	m->needed_by_start = korch__calloc((size_t)m->n_services + 2, sizeof(*m->needed_by_start));
	m->needs = korch__calloc(dependencies + 1, sizeof(*m->needs));
	m->needed_by = korch__calloc(dependencies + 1, sizeof(*m->needed_by));
	return m->transient && m->weight && m->capacity && m->safety && m->need && m->process_move &&
	               m->service && m->initial && m->location && m->neighborhood && m->balances &&
	               m->presence_row && m->location_row && m->depend_row && m->needs_start &&
	               m->needed_by_start && m->needs && m->needed_by && m->need_home
	           ? 0
	           : KORCH_E_NOMEM;
}

/* Scarcest first: the share of the capacity that is needed, in all. order[new] = old. */
static void order_resources(const korch_reassign_problem *p, uint32_t *order)
{
	double share[KORCH_REASSIGN_MAX_RESOURCES];
	size_t n = p->n_resources;
	for (size_t r = 0; r < n; r++) {
		double need = 0, capacity = 1;
		for (size_t i = 0; i < p->n_processes; i++)
			need += (double)p->need[i * n + r];
		for (size_t m = 0; m < p->n_machines; m++)
			capacity += (double)p->capacity[m * n + r];
		share[r] = need / capacity;
		size_t place = r;
		for (; place > 0 && share[order[place - 1]] < share[r]; place--)
			order[place] = order[place - 1];
		order[place] = (uint32_t)r;
	}
}

static void copy_resources(korch__reassign_model *m)
{
	const korch_reassign_problem *p = m->p;
	uint32_t order[KORCH_REASSIGN_MAX_RESOURCES], place[KORCH_REASSIGN_MAX_RESOURCES];
	uint32_t n = m->n_resources;
	order_resources(p, order);
	for (uint32_t r = 0; r < n; r++) {
		place[order[r]] = r;
		m->weight[r] = p->resources[order[r]].load_weight;
		if (p->resources[order[r]].transient)
			m->transient[m->n_transient++] = r;
		for (size_t i = 0; i < m->n_machines; i++) {
			m->capacity[i * n + r] = p->capacity[i * n + order[r]];
			m->safety[i * n + r] = p->safety[i * n + order[r]];
		}
		for (size_t i = 0; i < m->n_processes; i++) {
			m->need[i * n + r] = p->need[i * n + order[r]];
			m->need_home[i * n + r] = p->resources[order[r]].transient ? 0 : m->need[i * n + r];
		}
	}
	for (uint32_t b = 0; b < m->n_balances; b++) {
		m->balances[b] = p->balances[b];
		m->balances[b].first = place[p->balances[b].first];
		m->balances[b].second = place[p->balances[b].second];
	}
}

/* The caller's numbers of places, which may have holes, become 0, 1, 2 … in order of machines. */
static int number_places(korch__reassign_model *m)
{
	const korch_reassign_machine *machines = m->p->machines;
	uint32_t largest = 0;
	for (uint32_t i = 0; i < m->n_machines; i++) {
		largest = machines[i].location > largest ? machines[i].location : largest;
		largest = machines[i].neighborhood > largest ? machines[i].neighborhood : largest;
	}
	uint32_t *number = korch__calloc((size_t)largest + 1, 2 * sizeof(*number));
	if (!number)
		return KORCH_E_NOMEM;
	uint32_t *second = number + largest + 1;
	for (uint32_t i = 0; i < m->n_machines; i++) {
		uint32_t *slot = &number[machines[i].location];
		*slot = *slot ? *slot : ++m->n_locations;
		m->location[i] = *slot - 1;
		slot = &second[machines[i].neighborhood];
		*slot = *slot ? *slot : ++m->n_neighborhoods;
		m->neighborhood[i] = *slot - 1;
	}
	korch__free(number);
	return 0;
}

static void copy_dependencies(korch__reassign_model *m)
{
	const korch_reassign_service *services = m->p->services;
	uint32_t n = 0;
	for (uint32_t s = 0; s < m->n_services; s++) {
		m->needs_start[s] = n;
		for (uint32_t d = 0; d < services[s].n_dependencies; d++) {
			uint32_t needed = services[s].dependencies[d];
			if (needed == s) /* a process is in its own neighborhood */
				continue;
			m->needs[n++] = needed;
			m->needed_by_start[needed + 2]++;
		}
	}
	m->needs_start[m->n_services] = n;
	for (uint32_t s = 2; s < m->n_services + 2; s++)
		m->needed_by_start[s] += m->needed_by_start[s - 1];
	for (uint32_t s = 0; s < m->n_services; s++)
		for (uint32_t d = m->needs_start[s]; d < m->needs_start[s + 1]; d++)
			m->needed_by[m->needed_by_start[m->needs[d] + 1]++] = s;
}

/* Rows for the services that have something to count. */
static void number_rows(korch__reassign_model *m)
{
	for (uint32_t i = 0; i < m->n_processes; i++)
		m->presence_row[m->service[i]]++;
	for (uint32_t s = 0; s < m->n_services; s++) {
		bool depends = m->needs_start[s] != m->needs_start[s + 1] ||
		               m->needed_by_start[s] != m->needed_by_start[s + 1];
		bool several = m->presence_row[s] > 1, spread = m->p->services[s].spread_min > 1;
		m->presence_row[s] = several ? m->n_presence_rows++ : KORCH_REASSIGN_NONE;
		m->location_row[s] = several && spread ? m->n_location_rows++ : KORCH_REASSIGN_NONE;
		m->depend_row[s] = depends ? m->n_depend_rows++ : KORCH_REASSIGN_NONE;
	}
}

/*
 * Where a process could ever go: what it needs fits on the machine without anybody else, and, of
 * transient resources, beside all that the machine's first processes hold wherever they are.
 */
static bool could_hold(const korch__reassign_model *m, const int64_t *held, uint32_t machine,
                       uint32_t process)
{
	size_t n = m->n_resources;
	if (machine == m->initial[process])
		return true;
	for (size_t r = 0; r < n; r++)
		if (held[machine * n + r] + m->need[process * n + r] > m->capacity[machine * n + r])
			return false;
	return true;
}

static int list_machines(korch__reassign_model *m)
{
	size_t n = m->n_resources, total = 0;
	if ((uint64_t)m->n_processes * m->n_machines > 1u << 25)
		return 0;
	int64_t *held = korch__calloc(m->n_machines * n, sizeof(*held));
	m->goes_start = korch__calloc((size_t)m->n_processes + 1, sizeof(*m->goes_start));
	m->goes = korch__calloc((size_t)m->n_processes * m->n_machines, sizeof(*m->goes));
	if (!held || !m->goes_start || !m->goes) {
		korch__free(held);
		return KORCH_E_NOMEM;
	}
	for (size_t i = 0; i < m->n_processes; i++)
		for (size_t r = 0; r < n; r++)
			held[m->initial[i] * n + r] += m->need[i * n + r] - m->need_home[i * n + r];
	for (uint32_t i = 0; i < m->n_processes; i++) {
		for (uint32_t machine = 0; machine < m->n_machines; machine++)
			if (could_hold(m, held, machine, i))
				m->goes[total++] = machine;
		m->goes_start[i + 1] = (uint32_t)total;
	}
	korch__free(held);
	return 0;
}

typedef struct sized {
	double size;
	uint32_t process;
} sized;
/* For qsort: larger ones first, equal ones by number. */
static int larger(const void *a, const void *b)
{
	const sized *x = a, *y = b;
	return x->size != y->size ? (x->size < y->size) - (x->size > y->size)
	                          : (x->process > y->process) - (x->process < y->process);
}

static int sort_by_size(korch__reassign_model *m)
{
	size_t n = m->n_resources;
	sized *all = korch__calloc(m->n_processes, sizeof(*all));
	m->by_size = korch__calloc(m->n_processes, sizeof(*m->by_size));
	if (!all || !m->by_size) {
		korch__free(all);
		return KORCH_E_NOMEM;
	}
	double total[KORCH_REASSIGN_MAX_RESOURCES] = {0};
	for (size_t i = 0; i < m->n_machines * n; i++)
		total[i % n] += (double)m->capacity[i];
	for (uint32_t i = 0; i < m->n_processes; i++) {
		all[i].process = i;
		for (size_t r = 0; r < n; r++)
			all[i].size += (double)m->need[i * n + r] / (total[r] + 1);
	}
	qsort(all, m->n_processes, sizeof(*all), larger);
	for (uint32_t i = 0; i < m->n_processes; i++)
		m->by_size[i] = all[i].process;
	korch__free(all);
	return 0;
}

int korch__reassign_model_init(korch__reassign_model *m, const korch_reassign_problem *p)
{
	memset(m, 0, sizeof(*m));
	m->p = p;
	m->n_resources = (uint32_t)p->n_resources;
	m->n_machines = (uint32_t)p->n_machines;
	m->n_processes = (uint32_t)p->n_processes;
	m->n_services = (uint32_t)p->n_services;
	m->n_balances = (uint32_t)p->n_balances;
	size_t dependencies = 0;
	for (uint32_t s = 0; s < m->n_services; s++)
		dependencies += p->services[s].n_dependencies;
	if (allocate(m, dependencies) || number_places(m)) {
		korch__reassign_model_fini(m);
		return KORCH_E_NOMEM;
	}
	copy_resources(m);
	for (uint32_t i = 0; i < m->n_processes; i++) {
		m->process_move[i] = p->process_move_weight * p->processes[i].move_cost;
		m->service[i] = p->processes[i].service;
		m->initial[i] = p->initial[i];
	}
	copy_dependencies(m);
	number_rows(m);
	if (list_machines(m) || sort_by_size(m)) {
		korch__reassign_model_fini(m);
		return KORCH_E_NOMEM;
	}
	return 0;
}
