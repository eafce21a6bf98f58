/*
 * Completions: the ring of those that wait, and calling them. When they are called is the store's
 * to say.
 */
#include "store/completion.h"
#include "base/alloc.h"
#include <assert.h>

enum { CAP_MIN = 16 };

void korch__page_free(korch_page *page)
{
	if (!page)
		return;
	for (size_t i = 0; i < page->page.n; i++)
		korch_object_unref(page->objects[i]);
	korch__free(page->objects);
	korch__free(page->continue_token);
	korch__free(page);
}

korch_page *korch__page_copy(const korch_list_page *page)
{
	korch_page *copy = korch__calloc(1, sizeof(*copy));
	if (!copy)
		return NULL;
	copy->page = *page;
	copy->page.n = 0;
	copy->continue_token = korch__strdup(page->continue_token);
	copy->objects = korch__calloc(page->n + 1, sizeof(*copy->objects));
	if (!copy->objects || (page->continue_token && !copy->continue_token)) {
		korch__page_free(copy);
		return NULL;
	}
	for (size_t i = 0; i < page->n; i++)
		copy->objects[i] = korch_object_ref(page->objects[i]);
	copy->page.n = page->n;
	copy->page.objects = copy->objects;
	copy->page.continue_token = copy->continue_token;
	return copy;
}

int korch__completions_reserve(korch_completions *waiting)
{
	if (waiting->n < waiting->cap)
		return 0;
	size_t cap = waiting->cap ? waiting->cap * 2 : CAP_MIN;
	korch_completion *items = korch__realloc_array(waiting->items, cap, sizeof(*items));
	if (!items)
		return KORCH_E_NOMEM;
	/* What had gone round the end goes on behind it now. */
	for (size_t i = 0; i < waiting->first; i++)
		items[waiting->cap + i] = items[i];
	waiting->items = items;
	waiting->cap = cap;
	return 0;
}

void korch__completions_push(korch_completions *waiting, const korch_completion *completion)
{
	assert(waiting->n < waiting->cap);
	waiting->items[(waiting->first + waiting->n++) & (waiting->cap - 1)] = *completion;
}

int korch__completions_pop(korch_completion *out, korch_completions *waiting)
{
	if (waiting->n == 0)
		return 0;
	*out = waiting->items[waiting->first];
	waiting->first = (waiting->first + 1) & (waiting->cap - 1);
	waiting->n--;
	return 1;
}

static void deliver_get(korch_completion *completion, int code)
{
	const korch_object *object = completion->answer.object;
	completion->fn.get(completion->userdata, code, code < 0 ? NULL : object);
	korch_object_unref(object);
}

static void deliver_list(korch_completion *completion, int code)
{
	korch_page *page = completion->answer.page;
	completion->fn.list(completion->userdata, code, code < 0 ? NULL : &page->page);
	korch__page_free(page);
}

void korch__completion_deliver(korch_completion *completion, int code)
{
	if (code == 0)
		code = completion->code;
	switch ((korch_completion_type)completion->type) {
	case KORCH_COMPLETION_COMMIT:
		completion->fn.commit(completion->userdata, code, &completion->answer.result);
		break;
	case KORCH_COMPLETION_GET:
		deliver_get(completion, code);
		break;
	case KORCH_COMPLETION_LIST:
		deliver_list(completion, code);
		break;
	case KORCH_COMPLETION_LEASE:
		completion->fn.lease(completion->userdata, code,
		                     code < 0 ? NULL : &completion->answer.lease);
		break;
	}
}

void korch__completions_fini(korch_completions *waiting)
{
	assert(waiting->n == 0);
	korch__free(waiting->items);
	*waiting = (korch_completions){0};
}
