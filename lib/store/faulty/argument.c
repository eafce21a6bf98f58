/* Arguments of calls that have to wait: copies of what the caller has lent. */
#include "base/alloc.h"
#include "store/faulty/faulty.h"
#include <string.h>

static size_t size_of(const char *text)
{
	return text ? strlen(text) + 1 : 0;
}

static const char *put(char **at, const char *text)
{
	size_t size = size_of(text);
	if (!size)
		return NULL;
	char *copy = memcpy(*at, text, size);
	*at += size;
	return copy;
}

static void put_key(char **at, korch_key *key)
{
	key->namespace_ = put(at, key->namespace_);
	key->name = put(at, key->name);
}

static size_t size_of_all(const faulty_arguments *arguments)
{
	size_t size = 1 + size_of(arguments->key.namespace_) + size_of(arguments->key.name) +
	              size_of(arguments->query.namespace_) + size_of(arguments->query.continue_token);
	for (size_t i = 0; i < arguments->n; i++) {
		const korch_write *write = &arguments->writes[i];
		if (write->op != KORCH_WRITE_PUT)
			size += size_of(write->key.namespace_) + size_of(write->key.name);
	}
	return size;
}

int faulty_arguments_copy(faulty_arguments *arguments)
{
	char *text = korch__alloc(size_of_all(arguments));
	korch_write *writes =
	    arguments->n ? korch__realloc_array(NULL, arguments->n, sizeof(*writes)) : NULL;
	if (!text || (arguments->n && !writes)) {
		korch__free(text);
		korch__free(writes);
		return KORCH_E_NOMEM;
	}
	char *at = text;
	put_key(&at, &arguments->key);
	arguments->query.namespace_ = put(&at, arguments->query.namespace_);
	arguments->query.continue_token = put(&at, arguments->query.continue_token);
	for (size_t i = 0; i < arguments->n; i++) {
		writes[i] = arguments->writes[i];
		if (writes[i].op != KORCH_WRITE_PUT)
			put_key(&at, &writes[i].key);
	}
	arguments->writes = writes;
	arguments->text = text;
	arguments->is_copied = 1;
	return 0;
}

void faulty_arguments_drop(faulty_arguments *arguments)
{
	for (size_t i = 0; i < arguments->n; i++) {
		if (arguments->writes[i].op == KORCH_WRITE_PUT)
			korch_object_unref(arguments->writes[i].object);
	}
	if (arguments->is_copied) {
		korch__free(arguments->writes);
		korch__free(arguments->text);
	}
	*arguments = (faulty_arguments){.type = arguments->type};
}
