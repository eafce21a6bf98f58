/*
 * Machine reassignment: the judge. Everything from scratch, plain and slow; the search shares none
 * of this.
 */
#include "base/cleanup.h"
#include "scheduler/reassign/reassign.h"

/* One sitting: the processes in order of service (start[s] to start[s + 1] of list), and marks. */
typedef struct court {
	const korch_reassign_problem *p;
	const uint32_t *assignment;
	size_t *start;
	uint32_t *list;
	size_t *seen; /* by machine, location or neighborhood: who was met there last */
	size_t mark;
	int64_t *usage; /* by machine and resource */
} court;

static void court_fini(court *c)
{
	korch__free(c->start);
	korch__free(c->list);
	korch__free(c->seen);
	korch__free(c->usage);
}

static size_t largest_number(const korch_reassign_problem *p)
{
	size_t most = p->n_machines;
	for (size_t m = 0; m < p->n_machines; m++) {
		most = p->machines[m].location > most ? p->machines[m].location : most;
		most = p->machines[m].neighborhood > most ? p->machines[m].neighborhood : most;
	}
	return most;
}

static int court_init(court *c, const korch_reassign_problem *p, const uint32_t *assignment,
                      korch_error **err)
{
	c->p = p;
	c->assignment = assignment;
	c->start = korch__calloc(p->n_services + 2, sizeof(*c->start));
	c->list = korch__calloc(p->n_processes, sizeof(*c->list));
	c->seen = korch__calloc(largest_number(p) + 1, sizeof(*c->seen));
	c->usage = korch__calloc(p->n_machines * p->n_resources, sizeof(*c->usage));
	if (!c->start || !c->list || !c->seen || !c->usage)
		return korch_error_set(err, KORCH_E_NOMEM, "out of memory");
	for (size_t i = 0; i < p->n_processes; i++)
		c->start[p->processes[i].service + 2]++;
	for (size_t s = 2; s < p->n_services + 2; s++)
		c->start[s] += c->start[s - 1];
	for (size_t i = 0; i < p->n_processes; i++)
		c->list[c->start[p->processes[i].service + 1]++] = (uint32_t)i;
	return 0;
}

/* What processes use where they are; transient resources of moved ones also where they were. */
static void sum_usage(court *c, bool transient)
{
	const korch_reassign_problem *p = c->p;
	size_t n = p->n_resources;
	for (size_t i = 0; i < p->n_machines * n; i++)
		c->usage[i] = 0;
	for (size_t i = 0; i < p->n_processes; i++)
		for (size_t r = 0; r < n; r++) {
			c->usage[c->assignment[i] * n + r] += p->need[i * n + r];
			if (transient && p->resources[r].transient && c->assignment[i] != p->initial[i])
				c->usage[p->initial[i] * n + r] += p->need[i * n + r];
		}
}

static int judge_capacity(court *c, korch_error **err)
{
	size_t n = c->p->n_resources;
	sum_usage(c, true);
	for (size_t i = 0; i < c->p->n_machines * n; i++)
		if (c->usage[i] > c->p->capacity[i])
			return korch_error_set(
			    err, KORCH_E_INVALID,
			    "machine %zu: %lld of resource %zu used%s, its capacity is %lld", i / n,
			    (long long)c->usage[i], i % n,
			    c->p->resources[i % n].transient ? " or still held by processes moved away" : "",
			    (long long)c->p->capacity[i]);
	return 0;
}

static int judge_conflicts(court *c, size_t s, korch_error **err)
{
	c->mark++;
	for (size_t i = c->start[s]; i < c->start[s + 1]; i++) {
		uint32_t machine = c->assignment[c->list[i]];
		if (c->seen[machine] == c->mark)
			return korch_error_set(err, KORCH_E_INVALID,
			                       "machine %u: two processes of service %zu, allowed is one",
			                       machine, s);
		c->seen[machine] = c->mark;
	}
	return 0;
}

static int judge_spread(court *c, size_t s, korch_error **err)
{
	uint32_t locations = 0, least = c->p->services[s].spread_min;
	c->mark++;
	for (size_t i = c->start[s]; i < c->start[s + 1]; i++) {
		uint32_t location = c->p->machines[c->assignment[c->list[i]]].location;
		locations += c->seen[location] != c->mark;
		c->seen[location] = c->mark;
	}
	if (locations >= least || c->start[s] == c->start[s + 1])
		return 0;
	return korch_error_set(
	    err, KORCH_E_INVALID,
	    "service %zu: its processes are in %u location(s), at least %u are asked for", s, locations,
	    least);
}

static int judge_dependency(court *c, size_t s, uint32_t needed, korch_error **err)
{
	c->mark++;
	for (size_t i = c->start[needed]; i < c->start[needed + 1]; i++)
		c->seen[c->p->machines[c->assignment[c->list[i]]].neighborhood] = c->mark;
	for (size_t i = c->start[s]; i < c->start[s + 1]; i++) {
		uint32_t machine = c->assignment[c->list[i]];
		if (c->seen[c->p->machines[machine].neighborhood] != c->mark)
			return korch_error_set(err, KORCH_E_INVALID,
			                       "process %u of service %zu on machine %u: service %u, which it "
			                       "depends on, has no process in neighborhood %u",
			                       c->list[i], s, machine, needed,
			                       c->p->machines[machine].neighborhood);
	}
	return 0;
}

static int judge_services(court *c, korch_error **err)
{
	for (size_t s = 0; s < c->p->n_services; s++) {
		int code = judge_conflicts(c, s, err);
		code = code ? code : judge_spread(c, s, err);
		for (uint32_t d = 0; !code && d < c->p->services[s].n_dependencies; d++)
			code = judge_dependency(c, s, c->p->services[s].dependencies[d], err);
		if (code)
			return code;
	}
	return 0;
}

static void cost_of_machines(korch_reassign_cost *cost, court *c)
{
	const korch_reassign_problem *p = c->p;
	size_t n = p->n_resources;
	sum_usage(c, false);
	for (size_t i = 0; i < p->n_machines * n; i++)
		if (c->usage[i] > p->safety[i])
			cost->load += p->resources[i % n].load_weight * (c->usage[i] - p->safety[i]);
	for (size_t b = 0; b < p->n_balances; b++)
		for (size_t m = 0; m < p->n_machines; m++) {
			size_t first = m * n + p->balances[b].first, second = m * n + p->balances[b].second;
			int64_t missing = p->balances[b].target * (p->capacity[first] - c->usage[first]) -
			                  (p->capacity[second] - c->usage[second]);
			cost->balance += missing > 0 ? p->balances[b].weight * missing : 0;
		}
}

static void cost_of_moves(korch_reassign_cost *cost, court *c)
{
	const korch_reassign_problem *p = c->p;
	int64_t most = 0;
	for (size_t s = 0; s < p->n_services; s++) {
		int64_t moved = 0;
		for (size_t i = c->start[s]; i < c->start[s + 1]; i++) {
			uint32_t process = c->list[i], to = c->assignment[process], from = p->initial[process];
			if (p->machine_move_cost)
				cost->machine_move +=
				    p->machine_move_weight * p->machine_move_cost[from * p->n_machines + to];
			if (to == from)
				continue;
			cost->process_move += p->process_move_weight * p->processes[process].move_cost;
			moved++;
		}
		most = moved > most ? moved : most;
	}
	cost->service_move = p->service_move_weight * most;
}

int korch__reassign_judge(korch_reassign_cost *cost, const korch_reassign_problem *p,
                          const uint32_t *assignment, korch_error **err)
{
	for (size_t i = 0; i < p->n_processes; i++)
		if (assignment[i] >= p->n_machines)
			return korch_error_set(err, KORCH_E_INVALID,
			                       "process %zu: assigned to machine %u, there are %zu", i,
			                       assignment[i], p->n_machines);
	_cleanup_(court_fini) court c = {0};
	int code = court_init(&c, p, assignment, err);
	code = code ? code : judge_capacity(&c, err);
	code = code ? code : judge_services(&c, err);
	if (code || !cost)
		return code;
	korch_reassign_cost sum = {0};
	cost_of_machines(&sum, &c);
	cost_of_moves(&sum, &c);
	sum.total = sum.load + sum.balance + sum.process_move + sum.service_move + sum.machine_move;
	*cost = sum;
	return 0;
}

int korch_reassign_judge(korch_reassign_cost *cost, const korch_reassign_problem *problem,
                         const uint32_t *assignment, korch_error **err)
{
	int code = korch__reassign_check_numbers(problem, err);
	if (code)
		return code;
	if (!assignment)
		return korch_error_set(err, KORCH_E_INVALID, "the assignment is missing (NULL)");
	return korch__reassign_judge(cost, problem, assignment, err);
}
