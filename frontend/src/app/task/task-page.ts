import { Component } from '@angular/core';
@Component({ selector: 'app-task-page', template: '' })
export class TaskPage {}
