/* Machine reassignment: is a move feasible and what does it change, without making it. */
#include "scheduler/reassign/reassign.h"

/* Missing locations of a service, when one of its processes goes from machine to machine. */
static int64_t spread_change(const korch__reassign_state *s, uint32_t service, uint32_t from,
                             uint32_t to)
{
	const korch__reassign_model *m = s->model;
	uint32_t row = m->location_row[service], left = m->location[from], entered = m->location[to];
	if (row == KORCH_REASSIGN_NONE || left == entered)
		return 0;
	const uint32_t *at = s->at_location + (size_t)row * m->n_locations;
	int64_t least = m->p->services[service].spread_min, before = s->locations[row];
	int64_t after = before - (at[left] == 1) + (at[entered] == 0);
	return (after < least ? least - after : 0) - (before < least ? least - before : 0);
}

/*
 * Missing dependencies when a process of a service goes from one neighborhood to another; the
 * counts are of before the move.
 */
static int64_t depend_change(const korch__reassign_state *s, uint32_t service, uint32_t from,
                             uint32_t to)
{
	const korch__reassign_model *m = s->model;
	size_t width = m->n_neighborhoods;
	int64_t change = 0;
	for (uint32_t i = m->needs_start[service]; i < m->needs_start[service + 1]; i++) {
		const uint32_t *at = s->at_neighborhood + m->depend_row[m->needs[i]] * width;
		change += (at[to] == 0) - (at[from] == 0);
	}
	const uint32_t *mine = s->at_neighborhood + m->depend_row[service] * width;
	if (mine[from] > 1 && mine[to] > 0)
		return change;
	for (uint32_t i = m->needed_by_start[service]; i < m->needed_by_start[service + 1]; i++) {
		const uint32_t *at = s->at_neighborhood + m->depend_row[m->needed_by[i]] * width;
		change += (mine[from] == 1 ? (int64_t)at[from] : 0) - (mine[to] == 0 ? (int64_t)at[to] : 0);
	}
	return change;
}

/* Dependencies for both processes: the second sees the first one moved. */
static int64_t depends_change(korch__reassign_state *s, const korch__reassign_move *move,
                              uint32_t out, uint32_t in)
{
	const korch__reassign_model *m = s->model;
	uint32_t a = m->neighborhood[move->a], b = m->neighborhood[move->b];
	bool first = out != KORCH_REASSIGN_NONE && m->depend_row[out] != KORCH_REASSIGN_NONE;
	bool second = in != KORCH_REASSIGN_NONE && m->depend_row[in] != KORCH_REASSIGN_NONE;
	int64_t change = 0;
	if (a == b || (!first && !second))
		return 0;
	if (first)
		change += depend_change(s, out, a, b);
	if (!second)
		return change;
	uint32_t *counts =
	    first ? s->at_neighborhood + (size_t)m->depend_row[out] * m->n_neighborhoods : NULL;
	if (counts) {
		counts[a]--;
		counts[b]++;
	}
	change += depend_change(s, in, b, a);
	if (counts) {
		counts[a]++;
		counts[b]--;
	}
	return change;
}

/* What services miss; false when two processes of one would be on a machine. Two processes of one
 * service may swap, which changes no count. */
static bool services_change(korch__reassign_state *s, const korch__reassign_move *move,
                            int64_t *broken)
{
	const korch__reassign_model *m = s->model;
	uint32_t nobody = m->n_processes;
	uint32_t out = move->out == nobody ? KORCH_REASSIGN_NONE : m->service[move->out];
	uint32_t in = move->in == nobody ? KORCH_REASSIGN_NONE : m->service[move->in];
	*broken = 0;
	if (out == in)
		return true;
	if (out != KORCH_REASSIGN_NONE && korch__reassign_present(s, out, move->b))
		return false;
	if (in != KORCH_REASSIGN_NONE && korch__reassign_present(s, in, move->a))
		return false;
	if (out != KORCH_REASSIGN_NONE)
		*broken += spread_change(s, out, move->a, move->b);
	if (in != KORCH_REASSIGN_NONE)
		*broken += spread_change(s, in, move->b, move->a);
	*broken += depends_change(s, move, out, in);
	return true;
}

/*
 * Whether a machine holds what it has once `in` has come and `out` has gone. Load first, scarcest
 * resource first: most moves fail there.
 */
static bool fits(const korch__reassign_state *s, uint32_t machine, uint32_t in, uint32_t out)
{
	const korch__reassign_model *m = s->model;
	size_t n = m->n_resources, row = machine * n;
	const int64_t *load = s->load + row, *left = s->left + row, *capacity = m->capacity + row;
	const int64_t *gets = m->need + in * n, *gives = m->need + out * n;
	for (size_t r = 0; r < n; r++)
		if (load[r] + gets[r] - gives[r] > capacity[r])
			return false;
	/* Who comes home gives back what he left here; who leaves home leaves it. */
	gets = (m->initial[in] == machine ? m->need_home : m->need) + in * n;
	gives = (m->initial[out] == machine ? m->need_home : m->need) + out * n;
	for (uint32_t t = 0; t < m->n_transient; t++) {
		uint32_t r = m->transient[t];
		if (load[r] + left[r] + gets[r] - gives[r] > capacity[r])
			return false;
	}
	return true;
}

/* What a machine costs once `in` has come and `out` has gone. */
static int64_t machine_after(const korch__reassign_state *s, uint32_t machine, uint32_t in,
                             uint32_t out)
{
	const korch__reassign_model *m = s->model;
	size_t n = m->n_resources, row = machine * n;
	const int64_t *load = s->load + row, *safety = m->safety + row, *capacity = m->capacity + row;
	const int64_t *gets = m->need + in * n, *gives = m->need + out * n, *weight = m->weight;
	int64_t cost = 0;
	for (size_t r = 0; r < n; r++) {
		int64_t above = load[r] + gets[r] - gives[r] - safety[r];
		cost += weight[r] * (above > 0 ? above : 0);
	}
	for (uint32_t b = 0; b < m->n_balances; b++) {
		const korch_reassign_balance *balance = &m->balances[b];
		uint32_t x = balance->first, y = balance->second;
		int64_t missing = balance->target * (capacity[x] - load[x] - gets[x] + gives[x]) -
		                  (capacity[y] - load[y] - gets[y] + gives[y]);
		cost += missing > 0 ? balance->weight * missing : 0;
	}
	return cost;
}

/* Cost of one process's own move: process and machine move costs; *more: 1, 0 or -1 more away. */
static int64_t move_cost(const korch__reassign_model *m, uint32_t process, uint32_t from,
                         uint32_t to, int *more)
{
	if (process == m->n_processes)
		return 0;
	uint32_t home = m->initial[process];
	*more = (to != home) - (from != home);
	int64_t cost = *more * m->process_move[process];
	if (m->p->machine_move_cost) {
		const int64_t *row = m->p->machine_move_cost + (size_t)home * m->n_machines;
		cost += m->p->machine_move_weight * (row[to] - row[from]);
	}
	return cost;
}

/* How the largest number of moved processes of a service changes. */
static int most_moved_change(const korch__reassign_state *s, const korch__reassign_move *move,
                             int more_out, int more_in)
{
	const korch__reassign_model *m = s->model;
	if (more_out == 0 && more_in == 0)
		return 0;
	uint32_t out = m->service[move->out], in = m->service[move->in]; /* of nobody: 0, unused */
	bool same = more_out && more_in && out == in;
	int64_t most = s->most_moved, top = 0, at_most = s->services_with[most];
	int64_t changes[2][2] = {{s->moved[out], same ? more_out + more_in : more_out},
	                         {s->moved[in], same ? 0 : more_in}};
	for (int i = 0; i < 2; i++) {
		if (changes[i][1] == 0)
			continue;
		at_most -= changes[i][0] == most;
		int64_t after = changes[i][0] + changes[i][1];
		top = after > top ? after : top;
	}
	if (at_most > 0)
		return (int)(top > most ? top - most : 0);
	/* Nobody else has so many: whoever had them is now at least at the level of those below. */
	if (top < most - 1 && s->services_with[most - 1] > 0)
		top = most - 1;
	return (int)(top - most);
}

bool korch__reassign_try(korch__reassign_state *s, const korch__reassign_move *move,
                         korch__reassign_delta *delta)
{
	const korch__reassign_model *m = s->model;
	int more_out = 0, more_in = 0;
	if (!fits(s, move->b, move->out, move->in) || !fits(s, move->a, move->in, move->out) ||
	    !services_change(s, move, &delta->broken))
		return false;
	int64_t at_a = machine_after(s, move->a, move->in, move->out) - s->machine_cost[move->a];
	int64_t at_b = machine_after(s, move->b, move->out, move->in) - s->machine_cost[move->b];
	int64_t change = at_a + at_b;
	delta->load = change;
	if (s->pressure)
		delta->pressed = s->pressure[move->a] * (double)at_a + s->pressure[move->b] * (double)at_b;
	change += move_cost(m, move->out, move->a, move->b, &more_out);
	change += move_cost(m, move->in, move->b, move->a, &more_in);
	delta->cost =
	    change + m->p->service_move_weight * most_moved_change(s, move, more_out, more_in);
	return true;
}
