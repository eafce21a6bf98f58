/*
 * The elector's life and its pump: asks decide.c what is to be done, does it, tells who has to
 * know. Everything goes through one timer, so that nothing is told from inside of a call.
 */
#include "election/elector.h"

#include "base/cleanup.h"
#include "base/text.h"
#include "store/key.h"
#include <string.h>
#include <unistd.h>

enum { DURATION_S = 15, HOST_MAX = 200 };
static const char RECORD_SUFFIX[] = ".terms";

/* Telling */

static void tell_listeners(korch_elector *elector)
{
	for (korch__elector_listener *at = elector->listeners, *next; at; at = next) {
		next = at->next;
		at->fn(at->userdata);
	}
}

static void announce(korch_elector *elector)
{
	elector->is_announced = 1;
	elector->followed = elector->is.term; /* it does not follow itself */
	tell_listeners(elector);
	if (elector->options.elected)
		elector->options.elected(elector->options.userdata, elector->is.term);
}

static void step_down(korch_elector *elector, const char *why)
{
	elector->is.term = 0;
	elector->is.is_lost = 0;
	if (!elector->is_announced)
		return; /* it was over before anybody knew */
	elector->is_announced = 0;
	tell_listeners(elector);
	if (elector->options.deposed)
		elector->options.deposed(elector->options.userdata,
		                         elector->is_closed ? "the store is closed" : why);
}

/* What it has written itself, and does not know of yet or any more, is no other leader's. */
static void tell_leader(korch_elector *elector)
{
	const korch_election *is = &elector->is;
	if (!is->is_known || is->term || !is->lease_revision ||
	    is->lease_revision != is->record_revision || is->lease_revision == elector->followed ||
	    korch__text_equal(elector->leader, elector->options.identity))
		return;
	elector->followed = is->lease_revision;
	if (elector->options.followed)
		elector->options.followed(elector->options.userdata, korch_elector_leader(elector));
}

static void tell_resigned(korch_elector *elector)
{
	const korch_election *is = &elector->is;
	void (*fn)(void *userdata, int code) = elector->resigned;
	if (!fn || is->term || is->lease || is->is_busy)
		return;
	elector->resigned = NULL;
	fn(elector->resigned_userdata, elector->is_closed ? KORCH_E_CLOSED : elector->resign_code);
}

/* The pump */

/* Does what is to be done next. 0: nothing, until the timer. */
static int do_next(korch_elector *elector)
{
	const korch_election_plan plan =
	    korch__election_decide(&elector->is, korch_loop_now(elector->loop));
	switch (plan.step) {
	case KORCH_ELECTION_STEP_DOWN:
		step_down(elector, plan.why);
		return 1;
	case KORCH_ELECTION_FORGET:
		elector->is.lease = 0;
		return 1;
	default:
		break;
	}
	if (elector->is.term && !elector->is_announced) {
		announce(elector);
		return 1;
	}
	if (plan.step == KORCH_ELECTION_WAIT) {
		korch_timer_set(elector->timer, plan.wake_at);
		return 0;
	}
	korch__elector_call_store(elector, plan.step);
	return 1;
}

static void pump(void *userdata)
{
	korch_elector *elector = userdata;
	while (do_next(elector))
		continue;
	tell_leader(elector);
	tell_resigned(elector);
}

static void resync(void *userdata)
{
	korch__elector_observe(userdata);
}

void korch__elector_kick(korch_elector *elector)
{
	korch_usec now = korch_loop_now(elector->loop);
	if (korch_timer_due(elector->timer) > now)
		korch_timer_set(elector->timer, now);
}

void korch__elector_back_off(korch_elector *elector)
{
	korch_usec pause = elector->options.retry_us;
	korch_usec jitter = (korch_usec)korch__random_below(&elector->random, (uint64_t)pause);
	elector->is.retry_at = korch_loop_now(elector->loop) + pause / 2 + jitter;
}

void korch__elector_closed(korch_elector *elector)
{
	elector->is_closed = 1;
	elector->is.lease = 0;
	elector->is.is_known = 0;
	korch_timer_set(elector->resync, KORCH_USEC_NEVER);
	korch__elector_kick(elector);
}

void korch__elector_listen(korch_elector *elector, korch__elector_listener *listener)
{
	listener->next = elector->listeners;
	elector->listeners = listener;
}

void korch__elector_unlisten(korch_elector *elector, korch__elector_listener *listener)
{
	for (korch__elector_listener **at = &elector->listeners; *at; at = &(*at)->next) {
		if (*at == listener) {
			*at = listener->next;
			return;
		}
	}
}

/* Making one */

static void set_defaults(korch_elector_options *options)
{
	if (!options->namespace_)
		options->namespace_ = "kube-system";
	if (!options->name)
		options->name = "korch-engine";
	if (!options->duration_us)
		options->duration_us = DURATION_S * KORCH_USEC_PER_SEC;
	if (!options->renew_us)
		options->renew_us = options->duration_us / 15 * 2;
	if (!options->margin_us)
		options->margin_us = options->duration_us / 3;
	if (!options->retry_us)
		options->retry_us = options->duration_us / 15 * 2;
	if (!options->seed)
		options->seed = korch__random_seed_from_system();
}

static int check_times(const korch_elector_options *options, korch_error **err)
{
	korch_usec duration = options->duration_us;
	if (duration < KORCH_USEC_PER_SEC || duration > KORCH_STORE_LEASE_MAX)
		return korch_error_set(err, KORCH_E_INVALID,
		                       "an election's lease lasts from a second to a day");
	if (options->margin_us < 0 || options->margin_us >= duration || options->renew_us <= 0 ||
	    options->renew_us >= duration - options->margin_us || options->retry_us <= 0 ||
	    options->retry_us > duration)
		return korch_error_set(err, KORCH_E_INVALID,
		                       "a leader has to renew its lease before it stops by itself");
	return 0;
}

static int check_options(const korch_elector_options *options, korch_error **err)
{
	if (!options || options->size < sizeof(*options) || !options->loop || !options->store)
		return korch_error_set(err, KORCH_E_INVALID, "an elector needs a loop and a store");
	if (!korch_store_has_leases(options->store))
		return korch_error_set(err, KORCH_E_UNSUPPORTED,
		                       "the store \"%s\" has no leases to elect a leader by",
		                       korch_store_name(options->store));
	const char *identity = options->identity;
	if (identity && (!*identity || strlen(identity) > KORCH_KEY_PART_MAX))
		return korch_error_set(err, KORCH_E_INVALID, "a candidate's identity has 1 to %d bytes",
		                       KORCH_KEY_PART_MAX);
	return check_times(options, err);
}

/* "host_1b4e28ba-2fa1-4d3b-a3f5-ef19b5a7633b" */
static char *make_identity(korch_random *random)
{
	char host[HOST_MAX] = "", uid[37];
	if (gethostname(host, sizeof(host)) < 0)
		host[0] = '\0';
	host[sizeof(host) - 1] = '\0';
	korch__random_uuid(random, uid);
	return korch__sprintf("%s_%s", *host ? host : "korch", uid);
}

static int copy_strings(korch_elector *elector)
{
	korch_elector_options *options = &elector->options;
	const char *identity = options->identity;
	options->identity = identity ? korch__strdup(identity) : make_identity(&elector->random);
	options->namespace_ = korch__strdup(options->namespace_);
	options->name = korch__strdup(options->name);
	elector->record_name =
	    options->name ? korch__sprintf("%s%s", options->name, RECORD_SUFFIX) : NULL;
	if (!options->identity || !options->namespace_ || !elector->record_name)
		return KORCH_E_NOMEM;
	elector->lease_key = (korch_key){&korch_lease_kind, options->namespace_, options->name};
	elector->record_key = (korch_key){&korch_lease_kind, options->namespace_, elector->record_name};
	return korch__key_check(&elector->record_key);
}

static int make_parts(korch_elector *elector)
{
	int r = copy_strings(elector);
	if (r == 0)
		r = korch_timer_new(&elector->timer, elector->loop, pump, elector);
	if (r == 0)
		r = korch_timer_new(&elector->resync, elector->loop, resync, elector);
	return r;
}

int korch_elector_new(korch_elector **out, const korch_elector_options *options, korch_error **err)
{
	if (!out)
		return korch_error_set(err, KORCH_E_INVALID, "an elector needs a place");
	korch_elector_options with = {0};
	if (options && options->size >= sizeof(with)) {
		with = *options;
		set_defaults(&with);
	}
	int r = check_options(options ? &with : NULL, err);
	if (r < 0)
		return r;
	korch_elector *elector = korch__calloc(1, sizeof(*elector));
	if (!elector)
		return korch_error_set(err, KORCH_E_NOMEM, "out of memory");
	elector->options = with;
	elector->loop = with.loop;
	elector->store = with.store;
	elector->is.renew_us = with.renew_us;
	elector->is.margin_us = with.margin_us;
	korch__random_init(&elector->random, with.seed);
	r = make_parts(elector);
	if (r < 0) {
		korch_elector_free(elector);
		return korch_error_set(err, r, "an election by %s/%s: %s", with.namespace_, with.name,
		                       r == KORCH_E_INVALID ? "not a name" : korch_code_text(r));
	}
	korch_timer_set(elector->resync, korch_loop_now(elector->loop));
	*out = elector;
	return 0;
}

void korch_elector_free(korch_elector *elector)
{
	if (!elector)
		return;
	if (elector->resync)
		korch__elector_observe_stop(elector);
	if (elector->call)
		elector->call->elector = NULL;
	korch_timer_free(elector->timer);
	korch_timer_free(elector->resync);
	korch_object_unref((korch_object *)elector->record);
	korch__free(elector->leader);
	korch__free(elector->record_name);
	korch__free((char *)(uintptr_t)elector->options.identity);
	korch__free((char *)(uintptr_t)elector->options.namespace_);
	korch__free((char *)(uintptr_t)elector->options.name);
	korch__free(elector);
}

/* Calls */

int korch_elector_resign(korch_elector *elector, void (*fn)(void *userdata, int code),
                         void *userdata)
{
	if (!elector || elector->is.is_resigning)
		return KORCH_E_INVALID;
	elector->is.is_resigning = 1;
	elector->resigned = fn;
	elector->resigned_userdata = userdata;
	elector->is.retry_at = 0;
	korch__elector_kick(elector);
	return 0;
}

int korch_elector_leads(const korch_elector *elector, korch_fence *out)
{
	if (!elector || !elector->is_announced)
		return 0;
	const korch_election_plan plan =
	    korch__election_decide(&elector->is, korch_loop_now(elector->loop));
	if (plan.step == KORCH_ELECTION_STEP_DOWN)
		return 0;
	if (out)
		*out = (korch_fence){elector->lease_key, elector->is.term};
	return 1;
}

const char *korch_elector_leader(const korch_elector *elector)
{
	if (!elector)
		return "";
	if (korch_elector_leads(elector, NULL))
		return elector->options.identity;
	return elector->is.is_known && elector->is.lease_revision
	           ? korch__text_or_empty(elector->leader)
	           : "";
}

const char *korch_elector_identity(const korch_elector *elector)
{
	return elector ? elector->options.identity : "";
}

void korch_elector_lose(korch_elector *elector, uint64_t term)
{
	if (!elector || !term || elector->is.term != term)
		return;
	elector->is.is_lost = 1;
	korch__elector_kick(elector);
}
