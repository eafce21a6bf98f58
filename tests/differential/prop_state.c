/* Laws of the state: waking, sameness, trials that leave no trace, bad input that changes nothing.
 */
#include "properties.h"
#include <korch/scheduler/preempt.h>
#include <korch/scheduler/whatif.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static int could_drive_out(run *self, const korch_pod *pod)
{
	korch_preemption out;
	korch_error *err = NULL;
	int helps = korch_scheduler_preempt(&out, self->engine, pod, &err);
	must(self, "preempt", helps, err);
	return helps;
}

/* Many pods wait; after each change exactly those are woken that a node can be found for, or that
 * have become able to drive others out. */
void woken_when_it_fits(uint64_t seed)
{
	run self;
	enum { WAIT = 30, ROUNDS = 20 };
	korch_pod *waiting[WAIT] = {0};
	korch_error *err = NULL;
	open_run(&self, seed);
	self.no_trials = 1;
	begin_with(&self);
	for (int round = 0; round < ROUNDS; round++) {
		const korch_pod *pod = NULL;
		int woken[WAIT] = {0};
		for (int i = 0; i < WAIT; i++) {
			if (waiting[i])
				continue;
			waiting[i] = generate_instance(self.templates[below(&self.random, TEMPLATES)],
			                               self.next_id++, &self.random);
			must(&self, "wait", korch_scheduler_wait(self.engine, waiting[i], &err), err);
		}
		event(&self);
		while (korch_scheduler_woken(&pod, self.engine) == 1) {
			for (int i = 0; i < WAIT; i++)
				woken[i] |= strcmp(korch_object_name(&waiting[i]->object),
				                   korch_object_name(&pod->object)) == 0;
			korch_scheduler_pod_remove(self.engine, pod); /* or the next of its like waits on */
			korch_object_unref(&pod->object);
		}
		for (int i = 0; i < WAIT; i++) {
			korch_decision decision;
			int fits = korch_scheduler_decide(&decision, self.engine, waiting[i], &err);
			must(&self, "decide", fits, err);
			if (fits != woken[i] && !(woken[i] && could_drive_out(&self, waiting[i])))
				fail(&self, waiting[i], fits ? "fits and was not woken" : "was woken for nothing");
			if (!woken[i])
				continue;
			korch_object_unref(&waiting[i]->object);
			waiting[i] = NULL;
		}
	}
	for (int i = 0; i < WAIT; i++)
		korch_object_unref((korch_object *)waiting[i]);
	close_run(&self);
}

void same_input_same_output(uint64_t seed)
{
	char *texts[2];
	for (int i = 0; i < 2; i++) {
		run self;
		open_run(&self, seed);
		begin_with(&self);
		for (self.step = 0; self.step < 20; self.step++)
			event(&self);
		texts[i] = describe(&self, self.engine);
		if (i == 1 && strcmp(texts[0], texts[1]) != 0)
			fail(&self, NULL, "the second run says\n%s, the first\n%s", texts[1], texts[0]);
		close_run(&self);
	}
	free(texts[0]);
	free(texts[1]);
}

void rollback_restores(uint64_t seed)
{
	run self;
	open_run(&self, seed);
	self.no_trials = 1;
	begin_with(&self);
	for (int round = 0; round < 4; round++) {
		char *before = describe(&self, self.engine);
		must(&self, "begin", korch_scheduler_begin(self.engine), NULL);
		world_copy(&self.before[0], &self.now);
		for (self.step = 0; self.step < 15; self.step++)
			event(&self);
		note(&self, "rollback");
		korch_scheduler_rollback(self.engine);
		world_clear(&self.now);
		self.now = self.before[0];
		char *after = describe(&self, self.engine);
		if (strcmp(before, after) != 0)
			fail(&self, NULL, "rolled back it says\n%s, before\n%s", after, before);
		free(before);
		free(after);
		compare_all(&self, self.engine);
		event(&self);
	}
	close_run(&self);
}

/* One object that cannot be taken. */
typedef struct bad_row {
	const char *json; /* ' for " */
	const char *why;
} bad_row;

#define BAD_POD(spec)                                                                              \
	"{'apiVersion':'v1','kind':'Pod','metadata':{'namespace':'shop','name':'bad','uid':'bad'},"    \
	"'spec':{" spec "}}"
#define BAD_NODE(status)                                                                           \
	"{'apiVersion':'v1','kind':'Node','metadata':{'name':'n0'},'status':{" status "}}"

static const bad_row bad_rows[] = {
    {BAD_POD("'containers':[{'name':'c','resources':{'requests':{'cpu':'-1'}}}]"),
     "a negative request"},
    {BAD_POD("'containers':[{'name':'c'}],'affinity':{'nodeAffinity':{"
             "'requiredDuringSchedulingIgnoredDuringExecution':{'nodeSelectorTerms':[{"
             "'matchExpressions':[{'key':'zone','operator':'Near','values':['a']}]}]}}}"),
     "an unknown operator"},
    {BAD_POD("'containers':[{'name':'c'}],'topologySpreadConstraints':[{'maxSkew':0,"
             "'topologyKey':'zone','whenUnsatisfiable':'DoNotSchedule'}]"),
     "maxSkew 0"},
    {BAD_POD("'containers':[{'name':'c'}],'topologySpreadConstraints':[{'maxSkew':1,"
             "'topologyKey':'zone','whenUnsatisfiable':'Sometimes'}]"),
     "an unknown whenUnsatisfiable"},
    {BAD_POD("'containers':[{'name':'c'}],'affinity':{'podAntiAffinity':{"
             "'requiredDuringSchedulingIgnoredDuringExecution':[{'topologyKey':'zone',"
             "'labelSelector':{'matchExpressions':[{'key':'app','operator':'Gt','values':['1']}]"
             "}}]}}"),
     "an operator that label selectors do not have"},
    {BAD_NODE("'allocatable':{'cpu':'-4'}"), "a negative amount"},
};

static void offer(run *self, const bad_row *row)
{
	korch_buf text;
	korch_error *err = NULL;
	korch_decision decision;
	korch__buf_init(&text, 0);
	say(&text, "%s", row->json);
	korch_object *object = parse(&text);
	int code = object->kind == &korch_pod_kind
	               ? korch_scheduler_pod_set(self->engine, (korch_pod *)object, "n1", &err)
	               : korch_scheduler_node_set(self->engine, (korch_node *)object, &err);
	if (code != KORCH_E_INVALID && code != KORCH_E_LIMIT)
		fail(self, NULL, "%s gave %d", row->why, code);
	if (!err || !*korch_error_message(err))
		fail(self, NULL, "%s gives no reason", row->why);
	korch_error_free(err);
	if (object->kind == &korch_pod_kind &&
	    korch_scheduler_decide(&decision, self->engine, (korch_pod *)object, NULL) !=
	        KORCH_E_INVALID)
		fail(self, NULL, "%s can be decided", row->why);
	korch_object_unref(object);
}

void bad_input_changes_nothing(uint64_t seed)
{
	run self;
	open_run(&self, seed);
	begin_with(&self);
	char *before = describe(&self, self.engine);
	for (size_t i = 0; i < sizeof(bad_rows) / sizeof(bad_rows[0]); i++) {
		offer(&self, &bad_rows[i]);
		char *after = describe(&self, self.engine);
		if (strcmp(before, after) != 0)
			fail(&self, NULL, "after %s it says\n%s, before\n%s", bad_rows[i].why, after, before);
		free(after);
	}
	free(before);
	close_run(&self);
}
