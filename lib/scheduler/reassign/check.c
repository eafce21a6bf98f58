/* Machine reassignment: are a problem's numbers in order? What an assignment costs: judge.c. */
#include "scheduler/reassign/reassign.h"

static int bad(korch_error **err, const char *what, int64_t found)
{
	return korch_error_set(err, KORCH_E_INVALID, "%s: %lld is negative", what, (long long)found);
}

static int check_count(const char *what, size_t n, size_t least, size_t most, korch_error **err)
{
	if (n < least || n > most)
		return korch_error_set(err, KORCH_E_INVALID, "%s: %zu, allowed are %zu to %zu", what, n,
		                       least, most);
	return 0;
}

static int check_shape(const korch_reassign_problem *p, korch_error **err)
{
	size_t most = KORCH_REASSIGN_MAX_ITEMS;
	int code = check_count("resources", p->n_resources, 1, KORCH_REASSIGN_MAX_RESOURCES, err);
	code = code ? code : check_count("machines", p->n_machines, 1, most, err);
	code = code ? code : check_count("services", p->n_services, 1, most, err);
	code = code ? code : check_count("processes", p->n_processes, 1, most, err);
	code = code ? code : check_count("balance costs", p->n_balances, 0, most, err);
	if (code)
		return code;
	if (!p->resources || !p->machines || !p->capacity || !p->safety || !p->services ||
	    !p->processes || !p->need || !p->initial || (p->n_balances && !p->balances))
		return korch_error_set(err, KORCH_E_INVALID, "a table of the problem is missing (NULL)");
	if (p->process_move_weight < 0)
		return bad(err, "process move weight", p->process_move_weight);
	if (p->service_move_weight < 0)
		return bad(err, "service move weight", p->service_move_weight);
	if (p->machine_move_weight < 0)
		return bad(err, "machine move weight", p->machine_move_weight);
	return 0;
}

static int check_resources(const korch_reassign_problem *p, korch_error **err)
{
	for (size_t r = 0; r < p->n_resources; r++) {
		if (p->resources[r].load_weight < 0)
			return korch_error_set(err, KORCH_E_INVALID,
			                       "resource %zu: load weight %lld is negative", r,
			                       (long long)p->resources[r].load_weight);
		if (p->resources[r].transient != 0 && p->resources[r].transient != 1)
			return korch_error_set(err, KORCH_E_INVALID,
			                       "resource %zu: transient is %d, allowed are 0 and 1", r,
			                       p->resources[r].transient);
	}
	for (size_t b = 0; b < p->n_balances; b++) {
		const korch_reassign_balance *balance = &p->balances[b];
		if (balance->first >= p->n_resources || balance->second >= p->n_resources)
			return korch_error_set(err, KORCH_E_INVALID,
			                       "balance cost %zu: resources %u and %u, there are %zu", b,
			                       balance->first, balance->second, p->n_resources);
		if (balance->target < 0 || balance->weight < 0)
			return korch_error_set(err, KORCH_E_INVALID,
			                       "balance cost %zu: target or weight is negative", b);
	}
	return 0;
}

static int check_machines(const korch_reassign_problem *p, korch_error **err)
{
	size_t n = p->n_resources;
	for (size_t m = 0; m < p->n_machines; m++) {
		if (p->machines[m].location >= KORCH_REASSIGN_MAX_ITEMS ||
		    p->machines[m].neighborhood >= KORCH_REASSIGN_MAX_ITEMS)
			return korch_error_set(err, KORCH_E_INVALID,
			                       "machine %zu: location %u, neighborhood %u, allowed is below %d",
			                       m, p->machines[m].location, p->machines[m].neighborhood,
			                       KORCH_REASSIGN_MAX_ITEMS);
		for (size_t r = 0; r < n; r++) {
			int64_t capacity = p->capacity[m * n + r], safety = p->safety[m * n + r];
			if (capacity < 0 || safety < 0 || safety > capacity)
				return korch_error_set(
				    err, KORCH_E_INVALID,
				    "machine %zu, resource %zu: capacity %lld, safety capacity %lld; allowed is 0 "
				    "<= safety capacity <= capacity",
				    m, r, (long long)capacity, (long long)safety);
		}
	}
	for (size_t i = 0; p->machine_move_cost && i < p->n_machines * p->n_machines; i++)
		if (p->machine_move_cost[i] < 0)
			return korch_error_set(
			    err, KORCH_E_INVALID, "move cost from machine %zu to machine %zu: %lld is negative",
			    i / p->n_machines, i % p->n_machines, (long long)p->machine_move_cost[i]);
	return 0;
}

static int check_services(const korch_reassign_problem *p, korch_error **err)
{
	size_t total = 0;
	for (size_t s = 0; s < p->n_services; s++) {
		const korch_reassign_service *service = &p->services[s];
		total += service->n_dependencies;
		if (total > KORCH_REASSIGN_MAX_ITEMS)
			return korch_error_set(err, KORCH_E_INVALID,
			                       "service %zu: more than %d dependencies altogether", s,
			                       KORCH_REASSIGN_MAX_ITEMS);
		if (service->n_dependencies && !service->dependencies)
			return korch_error_set(err, KORCH_E_INVALID,
			                       "service %zu: its dependencies are missing (NULL)", s);
		for (uint32_t d = 0; d < service->n_dependencies; d++)
			if (service->dependencies[d] >= p->n_services)
				return korch_error_set(err, KORCH_E_INVALID,
				                       "service %zu depends on service %u, there are %zu", s,
				                       service->dependencies[d], p->n_services);
	}
	return 0;
}

static int check_processes(const korch_reassign_problem *p, korch_error **err)
{
	size_t n = p->n_resources;
	for (size_t i = 0; i < p->n_processes; i++) {
		if (p->processes[i].service >= p->n_services)
			return korch_error_set(err, KORCH_E_INVALID, "process %zu: service %u, there are %zu",
			                       i, p->processes[i].service, p->n_services);
		if (p->initial[i] >= p->n_machines)
			return korch_error_set(err, KORCH_E_INVALID, "process %zu: machine %u, there are %zu",
			                       i, p->initial[i], p->n_machines);
		if (p->processes[i].move_cost < 0)
			return korch_error_set(err, KORCH_E_INVALID, "process %zu: move cost %lld is negative",
			                       i, (long long)p->processes[i].move_cost);
		for (size_t r = 0; r < n; r++)
			if (p->need[i * n + r] < 0)
				return korch_error_set(err, KORCH_E_INVALID,
				                       "process %zu, resource %zu: need %lld is negative", i, r,
				                       (long long)p->need[i * n + r]);
	}
	return 0;
}

/* The largest cost that a feasible assignment can have, in double: its error is far below 2^62. */
static double cost_bound(const korch_reassign_problem *p)
{
	double bound = (double)p->service_move_weight * (double)p->n_processes, dearest = 0;
	size_t n = p->n_resources;
	for (size_t i = 0; i < p->n_machines * n; i++)
		bound += (double)p->resources[i % n].load_weight * (double)p->capacity[i] +
		         (double)p->capacity[i];
	for (size_t b = 0; b < p->n_balances; b++)
		for (size_t m = 0; m < p->n_machines; m++)
			bound += ((double)p->balances[b].weight + 1) * ((double)p->balances[b].target + 1) *
			         ((double)p->capacity[m * n + p->balances[b].first] + 1);
	for (size_t i = 0; i < p->n_processes; i++)
		bound += (double)p->process_move_weight * (double)p->processes[i].move_cost;
	for (size_t i = 0; p->machine_move_cost && i < p->n_machines * p->n_machines; i++)
		if ((double)p->machine_move_cost[i] > dearest)
			dearest = (double)p->machine_move_cost[i];
	/* What processes need altogether is added up, too: once where they are, once where they were.
	 */
	for (size_t i = 0; i < p->n_processes * n; i++)
		bound += 2 * (double)p->need[i] * ((double)p->resources[i % n].load_weight + 1);
	return bound + dearest * (double)p->machine_move_weight * (double)p->n_processes;
}

int korch__reassign_check_numbers(const korch_reassign_problem *p, korch_error **err)
{
	if (!p || p->size < sizeof(*p))
		return korch_error_set(err, KORCH_E_INVALID,
		                       "the problem is missing, or its size is not set");
	int code = check_shape(p, err);
	code = code ? code : check_resources(p, err);
	code = code ? code : check_machines(p, err);
	code = code ? code : check_services(p, err);
	code = code ? code : check_processes(p, err);
	if (!code && cost_bound(p) > 4.6e18)
		return korch_error_set(err, KORCH_E_LIMIT,
		                       "costs of this problem could exceed 2^62: use smaller weights or "
		                       "larger units");
	return code;
}

int korch_reassign_check(const korch_reassign_problem *problem, korch_error **err)
{
	int code = korch__reassign_check_numbers(problem, err);
	return code ? code : korch__reassign_judge(NULL, problem, problem->initial, err);
}
