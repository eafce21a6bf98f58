/* Machine reassignment: an assignment and its counts, built from scratch and changed by moves. */
#include "base/alloc.h"
#include "scheduler/reassign/reassign.h"
#include <string.h>

void korch__reassign_state_fini(korch__reassign_state *s)
{
	void *tables[] = {s->away,      s->away_place,      s->n_on,    s->first,
	                  s->next,      s->previous,        s->at,      s->load,
	                  s->left,      s->machine_cost,    s->present, s->at_location,
	                  s->locations, s->at_neighborhood, s->moved,   s->services_with};
	for (size_t i = 0; i < sizeof(tables) / sizeof(tables[0]); i++)
		korch__free(tables[i]);
	memset(s, 0, sizeof(*s));
}

static int allocate(korch__reassign_state *s)
{
	const korch__reassign_model *m = s->model;
	size_t cells = (size_t)m->n_machines * m->n_resources;
	s->present_words = ((size_t)m->n_machines + 63) / 64;
	s->at = korch__calloc((size_t)m->n_processes + 1, sizeof(*s->at));
	s->first = korch__calloc(m->n_machines, sizeof(*s->first));
	s->away = korch__calloc(m->n_processes, sizeof(*s->away));
	s->away_place = korch__calloc(m->n_processes, sizeof(*s->away_place));
	s->n_on = korch__calloc(m->n_machines, sizeof(*s->n_on));
	s->next = korch__calloc(m->n_processes, sizeof(*s->next));
	s->previous = korch__calloc(m->n_processes, sizeof(*s->previous));
	s->load = korch__calloc(cells, sizeof(*s->load));
	s->left = korch__calloc(cells, sizeof(*s->left));
	s->machine_cost = korch__calloc(m->n_machines, sizeof(*s->machine_cost));
	s->present = korch__calloc((size_t)m->n_presence_rows + 1, s->present_words * 8);
	s->at_location = korch__calloc((size_t)m->n_location_rows + 1, m->n_locations * 4ul);
	s->locations = korch__calloc((size_t)m->n_location_rows + 1, sizeof(*s->locations));
	s->at_neighborhood = korch__calloc((size_t)m->n_depend_rows + 1, m->n_neighborhoods * 4ul);
	s->moved = korch__calloc((size_t)m->n_services + 1, sizeof(*s->moved));
	s->services_with = korch__calloc((size_t)m->n_processes + 2, sizeof(*s->services_with));
	return s->at && s->away && s->away_place && s->n_on && s->first && s->next && s->previous &&
	               s->load && s->left && s->machine_cost && s->present && s->at_location &&
	               s->locations && s->at_neighborhood && s->moved && s->services_with
	           ? 0
	           : KORCH_E_NOMEM;
}

static int64_t cost_of_machine(const korch__reassign_state *s, uint32_t machine)
{
	const korch__reassign_model *m = s->model;
	size_t row = (size_t)machine * m->n_resources;
	const int64_t *load = s->load + row, *safety = m->safety + row, *capacity = m->capacity + row;
	int64_t cost = 0;
	for (uint32_t r = 0; r < m->n_resources; r++)
		cost += load[r] > safety[r] ? m->weight[r] * (load[r] - safety[r]) : 0;
	for (uint32_t b = 0; b < m->n_balances; b++) {
		const korch_reassign_balance *balance = &m->balances[b];
		int64_t missing = balance->target * (capacity[balance->first] - load[balance->first]) -
		                  (capacity[balance->second] - load[balance->second]);
		cost += missing > 0 ? balance->weight * missing : 0;
	}
	return cost;
}

/* What is missing in all services, from the counts. */
static int64_t count_broken(const korch__reassign_state *s)
{
	const korch__reassign_model *m = s->model;
	int64_t broken = 0;
	for (uint32_t v = 0; v < m->n_services; v++) {
		uint32_t spread = m->location_row[v], row = m->depend_row[v];
		if (spread != KORCH_REASSIGN_NONE && s->locations[spread] < m->p->services[v].spread_min)
			broken += m->p->services[v].spread_min - s->locations[spread];
		for (uint32_t i = m->needs_start[v]; i < m->needs_start[v + 1]; i++) {
			const uint32_t *mine = s->at_neighborhood + (size_t)row * m->n_neighborhoods;
			const uint32_t *other =
			    s->at_neighborhood + (size_t)m->depend_row[m->needs[i]] * m->n_neighborhoods;
			for (uint32_t n = 0; n < m->n_neighborhoods; n++)
				broken += other[n] == 0 ? mine[n] : 0;
		}
	}
	return broken;
}

static void link_in(korch__reassign_state *s, uint32_t process, uint32_t machine)
{
	uint32_t next = s->first[machine];
	s->next[process] = next;
	s->previous[process] = KORCH_REASSIGN_NONE;
	if (next != KORCH_REASSIGN_NONE)
		s->previous[next] = process;
	s->first[machine] = process;
	s->n_on[machine]++;
}

static void link_out(korch__reassign_state *s, uint32_t process, uint32_t machine)
{
	uint32_t next = s->next[process], previous = s->previous[process];
	if (previous == KORCH_REASSIGN_NONE)
		s->first[machine] = next;
	else
		s->next[previous] = next;
	if (next != KORCH_REASSIGN_NONE)
		s->previous[next] = previous;
	s->n_on[machine]--;
}

/* A process appears on a machine (sign 1) or leaves it (-1), in every count but those of moves. */
static void count_process(korch__reassign_state *s, uint32_t process, uint32_t machine, int sign)
{
	const korch__reassign_model *m = s->model;
	uint32_t service = m->service[process], n = m->n_resources;
	uint32_t present = m->presence_row[service], spread = m->location_row[service],
	         depends = m->depend_row[service];
	for (uint32_t r = 0; r < n; r++)
		s->load[(size_t)machine * n + r] += sign * m->need[(size_t)process * n + r];
	if (present != KORCH_REASSIGN_NONE)
		s->present[present * s->present_words + machine / 64] ^= 1ull << machine % 64;
	if (spread != KORCH_REASSIGN_NONE) {
		uint32_t *here = &s->at_location[(size_t)spread * m->n_locations + m->location[machine]];
		uint32_t was = *here;
		*here += (uint32_t)sign;
		s->locations[spread] += (*here > 0) - (was > 0);
	}
	if (depends != KORCH_REASSIGN_NONE)
		s->at_neighborhood[(size_t)depends * m->n_neighborhoods + m->neighborhood[machine]] +=
		    (uint32_t)sign;
	if (machine == m->initial[process])
		return;
	for (uint32_t t = 0; t < m->n_transient; t++)
		s->left[(size_t)m->initial[process] * n + m->transient[t]] +=
		    sign * m->need[(size_t)process * n + m->transient[t]];
}

/* A process is away from its initial machine now (sign 1), or home again (-1). */
static void count_away(korch__reassign_state *s, uint32_t process, int sign)
{
	uint32_t service = s->model->service[process];
	s->services_with[s->moved[service]]--;
	s->moved[service] += (uint32_t)sign;
	s->services_with[s->moved[service]]++;
	if (s->moved[service] > s->most_moved)
		s->most_moved = s->moved[service];
	while (s->most_moved > 0 && s->services_with[s->most_moved] == 0)
		s->most_moved--;
	if (sign > 0) {
		s->away_place[process] = s->n_away;
		s->away[s->n_away++] = process;
		return;
	}
	uint32_t last = s->away[--s->n_away], place = s->away_place[process];
	s->away[place] = last;
	s->away_place[last] = place;
}

static int64_t cost_of_moves(const korch__reassign_state *s)
{
	const korch__reassign_model *m = s->model;
	int64_t cost = m->p->service_move_weight * s->most_moved;
	for (uint32_t i = 0; i < m->n_processes; i++) {
		if (m->p->machine_move_cost)
			cost += m->p->machine_move_weight *
			        m->p->machine_move_cost[(size_t)m->initial[i] * m->n_machines + s->at[i]];
		cost += s->at[i] != m->initial[i] ? m->process_move[i] : 0;
	}
	return cost;
}

int korch__reassign_state_init(korch__reassign_state *s, const korch__reassign_model *model,
                               const uint32_t *assignment)
{
	memset(s, 0, sizeof(*s));
	s->model = model;
	if (allocate(s)) {
		korch__reassign_state_fini(s);
		return KORCH_E_NOMEM;
	}
	memset(s->first, 0xff, model->n_machines * sizeof(*s->first));
	s->services_with[0] = model->n_services;
	for (uint32_t i = 0; i < model->n_processes; i++) {
		s->at[i] = assignment[i];
		link_in(s, i, assignment[i]);
		count_process(s, i, assignment[i], 1);
		if (assignment[i] != model->initial[i])
			count_away(s, i, 1);
	}
	s->cost = cost_of_moves(s);
	for (uint32_t i = 0; i < model->n_machines; i++) {
		s->machine_cost[i] = cost_of_machine(s, i);
		s->cost += s->machine_cost[i];
	}
	s->broken = count_broken(s);
	return 0;
}

static void apply_one(korch__reassign_state *s, uint32_t process, uint32_t from, uint32_t to)
{
	const korch__reassign_model *m = s->model;
	uint32_t initial = m->initial[process];
	if (process == m->n_processes)
		return;
	count_process(s, process, from, -1);
	count_process(s, process, to, 1);
	link_out(s, process, from);
	link_in(s, process, to);
	s->at[process] = to;
	if ((from != initial) != (to != initial))
		count_away(s, process, to != initial ? 1 : -1);
}

void korch__reassign_apply(korch__reassign_state *s, const korch__reassign_move *move,
                           const korch__reassign_delta *delta)
{
	apply_one(s, move->out, move->a, move->b);
	apply_one(s, move->in, move->b, move->a);
	s->machine_cost[move->a] = cost_of_machine(s, move->a);
	s->machine_cost[move->b] = cost_of_machine(s, move->b);
	s->cost += delta->cost;
	s->broken += delta->broken;
}
