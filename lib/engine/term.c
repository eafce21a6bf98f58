/*
 * Acting by an elector: only during a term, and every transaction with the term's fence, its first
 * write. Without an elector an engine may always act.
 */
#include "engine/engine.h"

#include "election/elector.h"

int korch__term_is_mine(const korch_engine *engine)
{
	return !engine->options.elector || korch_elector_leads(engine->options.elector, NULL);
}

int korch__term_may_act(const korch_engine *engine)
{
	korch_fence fence;
	if (engine->state != KORCH_ENGINE_RUNNING)
		return 0;
	if (!engine->options.elector)
		return 1;
	/*
	 * The Lease object was written behind everything that the leader before did. So whoever has
	 * seen it decides on all of that, and makes nothing twice.
	 */
	return korch_elector_leads(engine->options.elector, &fence) &&
	       engine->revision >= fence.revision;
}

int korch__term_fence(korch_write *out, const korch_engine *engine)
{
	korch_fence fence;
	if (!engine->options.elector)
		return 0;
	if (!korch_elector_leads(engine->options.elector, &fence))
		return KORCH_E_BUSY;
	*out = (korch_write){.op = KORCH_WRITE_CHECK, .key = fence.key, .expected = fence.revision};
	return 1;
}

int korch__term_is_over(korch_engine *engine, uint64_t term, int code,
                        const korch_commit_result *result)
{
	int is_refused =
	    code == KORCH_E_CONFLICT || code == KORCH_E_NOT_FOUND || code == KORCH_E_EXISTS;
	if (!term || !is_refused || !result || result->failed != 0)
		return 0;
	engine->stats.fenced++;
	korch_elector_lose(engine->options.elector, term);
	return 1;
}

size_t korch__term_writes_max(const korch_engine *engine)
{
	return korch_store_writes_max(engine->store) - (engine->options.elector != NULL);
}

static void on_term(void *userdata)
{
	korch__engine_kick(userdata);
}

void korch__term_init(korch_engine *engine)
{
	engine->listener.fn = on_term;
	engine->listener.userdata = engine;
	if (engine->options.elector)
		korch__elector_listen(engine->options.elector, &engine->listener);
}

void korch__term_fini(korch_engine *engine)
{
	if (engine->options.elector)
		korch__elector_unlisten(engine->options.elector, &engine->listener);
}
