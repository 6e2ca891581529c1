/** A network that answers at once. */

import { BaseGateway, BaseSession } from '../../src/gateway/index.ts';

export class QuickGateway extends BaseGateway {
  override readonly componentName = 'Quick';

  override async validate(): Promise<void> {}
}

export class QuickSession extends BaseSession {
  #lastId = 0;

  override async login(): Promise<string> {
    return 'Connected';
  }

  override async logout(): Promise<void> {}

  override async sendText(): Promise<string> {
    return `l${++this.#lastId}`;
  }
}
