import '@angular/localize/init';
import { configure } from '@testing-library/angular';
import { setupZonelessTestEnv } from 'jest-preset-angular/setup-env/zoneless';

setupZonelessTestEnv({ errorOnUnknownElements: true, errorOnUnknownProperties: true });
// On a busy machine a page takes longer than a second to say what it has to.
configure({ dom: { asyncUtilTimeout: 10_000 } });
