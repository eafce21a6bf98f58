/* Being one of several: campaigning, waiting, handing over. */
#include "up/standby.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

enum {
	HAND_OVER_US = 2000000, /* that long the store is waited for at the end */
	LOOK_AGAIN_US = 200000,
};

static void say(session *self, const char *format, const char *what)
{
	char text[512];
	snprintf(text, sizeof(text), format, what);
	self->output->ops->note(self->output, text);
}

static void on_elected(void *userdata, uint64_t term)
{
	(void)term;
	((session *)userdata)->is_elected = 1;
}

/* What is under way is refused by the store from now on; the session ends its term by itself. */
static void on_deposed(void *userdata, const char *why)
{
	session *self = userdata;
	self->is_elected = 0;
	if (!self->is_ending)
		say(self, "leads no more: %s; what runs goes on running", why);
}

static void on_followed(void *userdata, const char *leader)
{
	((session *)userdata)->has_followed = 1;
	say(userdata, "standby: %s leads", leader);
}

/* "HOST_PID": people look for the process by it. */
static void make_identity(char *out, size_t size)
{
	char host[200] = "";
	if (gethostname(host, sizeof(host) - 1) < 0 || !*host)
		snprintf(host, sizeof(host), "korch");
	snprintf(out, size, "%s_%d", host, (int)getpid());
}

int standby_open(session *self, korch_error **err)
{
	char identity[253];
	if (!self->options->store)
		return 0;
	make_identity(identity, sizeof(identity));
	const korch_elector_options options = {.size = sizeof(options),
	                                       .loop = self->loop,
	                                       .store = self->store,
	                                       .identity = identity,
	                                       .duration_us =
	                                           self->options->lease_seconds * KORCH_USEC_PER_SEC,
	                                       .elected = on_elected,
	                                       .deposed = on_deposed,
	                                       .followed = on_followed,
	                                       .userdata = self};
	return korch_elector_new(&self->elector, &options, err);
}

int standby_leads(const session *self)
{
	return !self->elector || korch_elector_leads(self->elector, NULL);
}

int standby_wait(session *self)
{
	while (!standby_leads(self) && self->n_interrupts == 0) {
		korch_loop_step(self->loop, KORCH_USEC_NEVER);
		self->wish = WISH_NONE;
	}
	if (self->elector && self->n_interrupts == 0)
		say(self, "leads, as %s", korch_elector_identity(self->elector));
	return self->n_interrupts == 0;
}

int standby_runtime(session *self, const korch_process_options *process, korch_error **err)
{
	int is_told = 0;
	for (;;) {
		korch_error *error = NULL;
		int code = state_runtime(&self->runtime, &self->state, self->loop, process, &error);
		if (code != KORCH_E_BUSY || !self->elector) {
			if (code < 0)
				*err = error;
			return code;
		}
		if (!is_told)
			say(self, "waits: %s", korch_error_message(error));
		is_told = 1;
		korch_error_free(error);
		korch_loop_step(self->loop, korch_loop_now(self->loop) + LOOK_AGAIN_US);
		if (!standby_leads(self) || self->n_interrupts > 0)
			return KORCH_E_CANCELED;
	}
}

static void on_resigned(void *userdata, int code)
{
	(void)code;
	*(int *)userdata = 1;
}

void standby_close(session *self)
{
	int is_done = 0;
	if (!self->elector)
		return;
	self->is_ending = 1;
	korch_usec until = korch_loop_now(self->loop) + HAND_OVER_US;
	if (korch_elector_resign(self->elector, on_resigned, &is_done) == 0) {
		while (!is_done && korch_loop_now(self->loop) < until)
			korch_loop_step(self->loop, until);
	}
	korch_elector_free(self->elector);
	self->elector = NULL;
}
