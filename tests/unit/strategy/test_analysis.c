/* The decider of analysis runs: scripts of outcomes played in virtual time, and Argo's rules one by
 * one. */
#include "unit.h"
#include <korch/strategy/analysis.h>
#include <stdlib.h>
#include <string.h>

#define SEC KORCH_USEC_PER_SEC
#define START ((korch_usec)1700000000 * SEC)

/* Several metrics whose measurements come out as scripts say: S F I E, R: running, asked again
 * after 3 s. The last letter repeats. */
typedef struct play {
	korch_analysis_run_state run;
	korch_analysis_rule rules[4];
	korch_analysis_state states[4];
	const char *scripts[4];
	size_t at[4];
	int measured[4], ended[4];
	size_t n;
	korch_usec now;
	korch_analysis_plan plan;
} play;

static void add(play *self, const char *name, const char *script)
{
	self->run.size = sizeof(self->run);
	self->now = START;
	self->scripts[self->n] = script;
	self->rules[self->n++] =
	    (korch_analysis_rule){.name = name, .consecutive_error_limit = KORCH_ANALYSIS_ERROR_LIMIT};
}

static int32_t phase_of_letter(char letter)
{
	return letter == 'S'   ? KORCH_ANALYSIS_SUCCESSFUL
	       : letter == 'F' ? KORCH_ANALYSIS_FAILED
	       : letter == 'I' ? KORCH_ANALYSIS_INCONCLUSIVE
	                       : KORCH_ANALYSIS_ERROR;
}

static void measure(play *self, size_t i, int32_t action)
{
	korch_analysis_state *state = &self->states[i];
	const char *script = self->scripts[i];
	char letter = script[self->at[i]];
	if (script[self->at[i] + 1])
		self->at[i]++;
	if (action == KORCH_ANALYSIS_MEASURE) {
		self->measured[i]++;
		state->kept++;
	}
	if (letter == 'R') {
		state->last = KORCH_ANALYSIS_RUNNING;
		state->finished_us = 0;
		state->resume_us = self->now + 3 * SEC;
		return;
	}
	korch_analysis_note(state, phase_of_letter(letter), self->now);
	state->message = letter == 'E' ? "no answer" : NULL;
}

static void carry_out(play *self)
{
	for (size_t i = 0; i < self->n; i++) {
		const korch_analysis_step *step = &self->plan.steps[i];
		self->states[i].phase = step->phase;
		self->states[i].kept -= step->drop;
		if (step->action == KORCH_ANALYSIS_END) {
			korch_analysis_note(&self->states[i], KORCH_ANALYSIS_SUCCESSFUL, self->now);
			self->ended[i]++;
		} else if (step->action != KORCH_ANALYSIS_WAIT) {
			measure(self, i, step->action);
		}
	}
	self->run.phase = self->plan.phase;
	self->run.started_us = self->plan.started_us;
}

/* One plan at this moment, carried out until nothing is left to do. */
static void settle(play *self)
{
	for (int turns = 0;; turns++) {
		ck_assert_int_lt(turns, 20);
		korch_analysis_plan again;
		ck_assert_int_eq(korch_analysis_plan_run(&self->plan, &self->run, self->rules, self->states,
		                                         self->n, self->now),
		                 0);
		ck_assert_int_eq(korch_analysis_plan_run(&again, &self->run, self->rules, self->states,
		                                         self->n, self->now),
		                 0);
		ck_assert_mem_eq(&again, &self->plan, sizeof(again));
		if (!self->plan.changed)
			return;
		carry_out(self);
	}
}

/* Until it is over, or until a time. */
static void go(play *self, korch_usec until)
{
	for (settle(self); !korch_analysis_is_over(self->run.phase); settle(self)) {
		ck_assert(self->plan.wake_at > self->now);
		if (self->plan.wake_at > until)
			break;
		self->now = self->plan.wake_at;
	}
}

static const struct {
	const char *script;
	korch_analysis_rule rule;
	const char *phase;
	int measured;
	int seconds; /* from the start to the end */
	const char *message;
} script_rows[] = {
    {"S", {0}, "Successful", 1, 0, ""},
    {"F", {0}, "Failed", 1, 0, "Metric \"m\" assessed Failed due to failed (1) > failureLimit (0)"},
    {"I",
     {0},
     "Inconclusive",
     1,
     0,
     "Metric \"m\" assessed Inconclusive due to inconclusive (1) > inconclusiveLimit (0)"},
    {"E",
     {0},
     "Error",
     5,
     40,
     "Metric \"m\" assessed Error due to consecutiveErrors (5) > consecutiveErrorLimit (4): "
     "\"Error "
     "Message: no answer\""},
    {"EEEES", {0}, "Successful", 5, 40, ""},
    {"S", {.count = 3, .interval_us = 60 * SEC}, "Successful", 3, 120, ""},
    {"S",
     {.count = 2, .interval_us = 60 * SEC, .initial_delay_us = 30 * SEC},
     "Successful",
     2,
     90,
     ""},
    {"SFSF",
     {.count = 9, .interval_us = SEC, .failure_limit = 1},
     "Failed",
     4,
     3,
     "Metric \"m\" assessed Failed due to failed (2) > failureLimit (1)"},
    {"FS", {.count = 2, .interval_us = SEC, .failure_limit = 1}, "Successful", 2, 1, ""},
    {"FFFF", {.count = 4, .interval_us = SEC, .failure_limit = -1}, "Successful", 4, 3, ""},
    {"ISI",
     {.count = 5, .interval_us = SEC, .inconclusive_limit = 1},
     "Inconclusive",
     3,
     2,
     "Metric \"m\" assessed Inconclusive due to inconclusive (2) > inconclusiveLimit (1)"},
    {"EESEES",
     {.count = 2, .interval_us = SEC, .consecutive_error_limit = 2},
     "Successful",
     6,
     41,
     ""},
    {"SFSS",
     {.count = 9, .interval_us = SEC, .failure_limit = -1, .consecutive_success_limit = 2},
     "Successful",
     4,
     3,
     ""},
    {"FFS",
     {.interval_us = SEC, .failure_limit = -1, .consecutive_success_limit = 3},
     "Successful",
     5,
     4,
     ""},
    {"SFSF",
     {.count = 4, .interval_us = SEC, .failure_limit = -1, .consecutive_success_limit = 2},
     "Inconclusive",
     4,
     3,
     "Metric \"m\" assessed Inconclusive due to consecutiveSuccesses (0) < "
     "consecutiveSuccessLimit "
     "(2)"},
    {"RRS", {0}, "Successful", 1, 6, ""},
    {"RF",
     {0},
     "Failed",
     1,
     3,
     "Metric \"m\" assessed Failed due to failed (1) > failureLimit (0)"},
};

START_TEST(test_scripts)
{
	for (size_t i = 0; i < sizeof(script_rows) / sizeof(*script_rows); i++) {
		play self = {0};
		add(&self, "m", script_rows[i].script);
		int32_t limit = script_rows[i].rule.consecutive_error_limit;
		self.rules[0] = script_rows[i].rule;
		self.rules[0].name = "m";
		self.rules[0].consecutive_error_limit = limit ? limit : KORCH_ANALYSIS_ERROR_LIMIT;
		go(&self, START + 3600 * SEC);
		ck_assert_msg(strcmp(korch_analysis_phase_name(self.run.phase), script_rows[i].phase) ==
		                      0 &&
		                  self.measured[0] == script_rows[i].measured &&
		                  self.now == START + script_rows[i].seconds * SEC,
		              "%zu %s: %s after %d in %d s", i, script_rows[i].script,
		              korch_analysis_phase_name(self.run.phase), self.measured[0],
		              (int)((self.now - START) / SEC));
		ck_assert_str_eq(self.plan.message, script_rows[i].message);
		ck_assert(self.plan.wake_at == KORCH_USEC_NEVER);
	}
}
END_TEST

START_TEST(test_without_end)
{
	play self = {0};
	add(&self, "m", "S");
	self.rules[0].interval_us = 10 * SEC;
	go(&self, START + 95 * SEC);
	ck_assert_int_eq(self.run.phase, KORCH_ANALYSIS_RUNNING);
	ck_assert_int_eq(self.measured[0], 10);
	ck_assert(self.plan.wake_at == START + 100 * SEC);
	self.now = START + 96 * SEC;
	self.run.terminate = 1;
	go(&self, START + 200 * SEC);
	ck_assert_int_eq(self.run.phase, KORCH_ANALYSIS_SUCCESSFUL);
	ck_assert_str_eq(self.plan.message, "Run Terminated");
	ck_assert_int_eq(self.measured[0], 10);
}
END_TEST

START_TEST(test_one_fails)
{
	play self = {0};
	add(&self, "good", "S");
	add(&self, "slow", "R");
	add(&self, "late", "S");
	add(&self, "bad", "SSF");
	self.rules[0].interval_us = self.rules[3].interval_us = 10 * SEC;
	self.rules[2].initial_delay_us = 3600 * SEC;
	go(&self, START + 3600 * SEC);
	ck_assert_int_eq(self.run.phase, KORCH_ANALYSIS_FAILED);
	ck_assert(self.now == START + 20 * SEC);
	ck_assert_int_eq(self.ended[1], 1);
	ck_assert_int_eq(self.measured[2], 0);
	ck_assert_int_eq(self.states[0].phase, KORCH_ANALYSIS_SUCCESSFUL);
	ck_assert_int_eq(self.states[1].phase, KORCH_ANALYSIS_SUCCESSFUL);
	ck_assert_int_eq(self.states[2].phase, KORCH_ANALYSIS_NONE);
	ck_assert_int_eq(self.plan.summary.count, 4);
	ck_assert_int_eq(self.plan.summary.failed, 1);
	ck_assert_int_eq(self.plan.summary.successful, 2);
	ck_assert_str_eq(self.plan.message,
	                 "Metric \"bad\" assessed Failed due to failed (1) > failureLimit (0)");
}
END_TEST

/* Failed is worse than Error, Error than Inconclusive. */
START_TEST(test_worst)
{
	play self = {0};
	add(&self, "i", "I");
	add(&self, "f", "F");
	add(&self, "e", "E");
	self.rules[2].consecutive_error_limit = 0;
	go(&self, START);
	ck_assert_int_eq(self.run.phase, KORCH_ANALYSIS_FAILED);
	ck_assert_int_eq(self.plan.summary.inconclusive, 1);
	ck_assert_int_eq(self.plan.summary.error, 1);
	ck_assert_int_eq(self.plan.summary.failed, 1);
	play other = {0};
	add(&other, "i", "I");
	add(&other, "e", "E");
	other.rules[1].consecutive_error_limit = 0;
	go(&other, START);
	ck_assert_int_eq(other.run.phase, KORCH_ANALYSIS_ERROR);
}
END_TEST

START_TEST(test_dry_run)
{
	play self = {0};
	char reason[KORCH_ANALYSIS_TEXT_SIZE];
	add(&self, "dry", "F");
	add(&self, "wet", "S");
	self.rules[0].dry_run = 1;
	self.rules[1].count = 3;
	self.rules[1].interval_us = SEC;
	go(&self, START + 60 * SEC);
	ck_assert_int_eq(self.run.phase, KORCH_ANALYSIS_SUCCESSFUL);
	ck_assert_int_eq(self.measured[1], 3);
	ck_assert_int_eq(self.states[0].phase, KORCH_ANALYSIS_FAILED);
	ck_assert_int_eq(self.plan.dry_run.failed, 1);
	ck_assert_int_eq(self.plan.dry_run.count, 1);
	ck_assert_int_eq(self.plan.summary.count, 1);
	ck_assert_str_eq(self.plan.message, "");
	ck_assert_uint_gt(korch_analysis_reason(reason, &self.rules[0], &self.states[0]), 0);
	ck_assert_str_eq(reason, "failed (1) > failureLimit (0)");
}
END_TEST

START_TEST(test_asked)
{
	play self = {0};
	add(&self, "m", "S");
	self.states[0].asked = 1; /* the first measurement, whose answer is under way */
	settle(&self);
	ck_assert_int_eq(self.measured[0], 0);
	ck_assert_int_eq(self.run.phase, KORCH_ANALYSIS_RUNNING);
	ck_assert(self.plan.wake_at == KORCH_USEC_NEVER);
	self.run.terminate = 1;
	settle(&self);
	ck_assert_int_eq(self.ended[0], 1);
	ck_assert_int_eq(self.run.phase, KORCH_ANALYSIS_SUCCESSFUL);
}
END_TEST

START_TEST(test_kept)
{
	play self = {0};
	add(&self, "m", "S");
	add(&self, "n", "S");
	self.rules[0].interval_us = self.rules[1].interval_us = SEC;
	self.rules[1].retention = 3;
	go(&self, START + 30 * SEC);
	ck_assert_int_eq(self.measured[0], 31);
	ck_assert_int_eq(self.states[0].kept, 10);
	ck_assert_int_eq(self.states[1].kept, 3);
	ck_assert_int_eq(self.states[1].count, 31);
}
END_TEST

/* What is over stays so, whatever the states say. */
START_TEST(test_over)
{
	play self = {0};
	add(&self, "m", "S");
	go(&self, START);
	self.states[0].failed = 9;
	self.run.terminate = 1;
	settle(&self);
	ck_assert_int_eq(self.run.phase, KORCH_ANALYSIS_SUCCESSFUL);
	ck_assert_int_eq(self.plan.changed, 0);
}
END_TEST

/* Random rules and outcomes: never more measurements than asked for, never two of one metric at one
 * time, an end as soon as a metric that counts fails, and the run's phase is that of its worst. */
START_TEST(test_random)
{
	for (unsigned seed = 1; seed <= 3000; seed++) {
		static const char letters[] = "SSSSFIER";
		char scripts[3][13];
		play self = {0};
		srand(seed);
		for (size_t i = 0; i < 3; i++) {
			for (size_t k = 0; k < 12; k++)
				scripts[i][k] = letters[rand() % 8];
			scripts[i][11] = 'S';
			scripts[i][12] = '\0';
			add(&self, i == 0 ? "a" : i == 1 ? "b" : "c", scripts[i]);
			korch_analysis_rule *rule = &self.rules[i];
			rule->count = rand() % 5;
			rule->interval_us = rule->count > 1 || rand() % 2 ? (1 + rand() % 30) * SEC : 0;
			rule->failure_limit = rand() % 4 - 1;
			rule->inconclusive_limit = rand() % 2;
			rule->dry_run = rand() % 4 == 0;
			rule->initial_delay_us = rand() % 2 * 7 * SEC;
			rule->consecutive_success_limit = rand() % 3;
		}
		go(&self, START + 300 * SEC);
		self.run.terminate = 1;
		go(&self, self.now);
		ck_assert_msg(korch_analysis_is_over(self.run.phase), "seed %u", seed);
		int32_t worst = KORCH_ANALYSIS_SUCCESSFUL;
		for (size_t i = 0; i < 3; i++) {
			const korch_analysis_rule *rule = &self.rules[i];
			const korch_analysis_state *state = &self.states[i];
			ck_assert_msg(!rule->count || state->count <= rule->count, "seed %u", seed);
			ck_assert_msg(rule->failure_limit < 0 || state->failed <= rule->failure_limit + 1,
			              "seed %u", seed);
			if (!rule->dry_run && korch_analysis_is_over(state->phase) && state->phase > worst)
				worst = state->phase;
		}
		ck_assert_msg(self.run.phase == worst, "seed %u", seed);
	}
}
END_TEST

KORCH_SUITE(analysis)
{
	Suite *suite = suite_create("analysis");
	KORCH_CASE(suite, "run", test_scripts, test_without_end, test_one_fails, test_worst,
	           test_dry_run, test_asked, test_kept, test_over, test_random);
	return suite;
}
