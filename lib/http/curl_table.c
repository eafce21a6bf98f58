/* Loading of libcurl. It is never unloaded. */
#include "http/curl_table.h"
#include <dlfcn.h>
#include <pthread.h>
#include <string.h>

static korch__curl_table table;
static int loaded;

static void load(void)
{
	void *library = dlopen("libcurl.so.4", RTLD_NOW | RTLD_LOCAL);
	void *symbol;
	if (!library)
		library = dlopen("libcurl.so", RTLD_NOW | RTLD_LOCAL);
	if (!library)
		return;
#define KORCH__CURL_LOAD(name)                                                                     \
	symbol = dlsym(library, "curl_" #name);                                                        \
	if (!symbol)                                                                                   \
		return;                                                                                    \
	memcpy(&table.name, &symbol, sizeof(symbol));
	KORCH__CURL_FUNCTIONS(KORCH__CURL_LOAD)
#undef KORCH__CURL_LOAD
	loaded = table.global_init(CURL_GLOBAL_DEFAULT) == CURLE_OK;
}

const korch__curl_table *korch__curl(void)
{
	static pthread_once_t once = PTHREAD_ONCE_INIT;
	pthread_once(&once, load);
	return loaded ? &table : NULL;
}
